// SPDX-License-Identifier: GPL-2.0-only
/* What a recording, and a live run, says of itself first. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include "head.h"
#include "json.h"

static const char *const states[] = { "full", "partial", "none" };

void head__cover(struct head *head, const char *name, enum coverage_state state, const char *why)
{
	if (head->len < HEAD_COVERAGE)
		head->coverage[head->len++] = (struct coverage){ name, state, why };
}

struct coverage *head__find(struct head *head, const char *name)
{
	for (size_t i = 0; i < head->len; i++)
		if (!strcmp(head->coverage[i].name, name))
			return &head->coverage[i];
	return NULL;
}

int head__read(struct head *head, json_t *line)
{
	json_t *coverage = json_object_get(line, "coverage"), *value;
	const char *name;

	if (!json_is_object(coverage))
		return -EINVAL;
	json_object_foreach(coverage, name, value) {
		const char *state = json_string_value(json_object_get(value, "state"));
		const char *why = json_string_value(json_object_get(value, "why"));
		struct coverage *known = head__find(head, name);
		enum coverage_state s = COVERAGE_FULL;

		while (s < COVERAGE_NONE && (!state || strcmp(state, states[s])))
			s++;
		if (!known)
			head__cover(head, name, s, why);
		else if (s > known->state)
			*known = (struct coverage){ known->name, s, why };
	}
	/* All strings must live: later headers are kept by the first. */
	if (!head->line) {
		head->backend = json_string_value(json_object_get(line, "backend"));
		head->line = json_incref(line);
		return 0;
	}
	if (!json_object_get(head->line, "others"))
		json_object_set_new(head->line, "others", json_array());
	return json_array_append(json_object_get(head->line, "others"), line) ? -ENOMEM : 0;
}

/* A command line may hold bytes that are no UTF-8; JSON may not. */
static json_t *string(const char *s)
{
	json_t *j = json_string(s);

	return j ? j : json_string("?");
}

static json_t *coverage_json(const struct head *head)
{
	json_t *coverage = json_object();

	for (size_t i = 0; i < head->len; i++)
		json_object_set_new(coverage, head->coverage[i].name,
				    json_pack("{s:s, s:s?}", "state", states[head->coverage[i].state],
					      "why", head->coverage[i].why));
	return coverage;
}

static json_t *live_options(int argc, char *const *argv)
{
	json_t *options = json_array();

	for (int i = 1; options && i < argc && argv[i]; i++)
		json_array_append_new(options, string(argv[i]));
	return options;
}

int head__json(const struct head *head, FILE *f, int argc, char *const *argv)
{
	const char *kernel = json_string_value(json_object_get(head->line, "kernel"));
	json_t *options = json_object_get(head->line, "options");
	struct utsname u;

	uname(&u);
	return json__line(
		f, json_pack("{s:s, s:s, s:s, s:s, s:s?, s:f, s:o, s:o}", "type", "header", "tool",
			     program_invocation_short_name, "version", FOLIOSCOPE_VERSION, "kernel",
			     kernel ? kernel : u.release, "backend", head->backend, "start",
			     head->line ? json_number_value(json_object_get(head->line, "start")) :
					  json__now(),
			     "options", options ? json_incref(options) : live_options(argc, argv),
			     "coverage", coverage_json(head)));
}

void head__list(const struct head *head, FILE *f, enum coverage_state state, const char *intro)
{
	const char *sep = intro;

	for (size_t i = 0; i < head->len; i++) {
		if (head->coverage[i].state != state)
			continue;
		fprintf(f, "%s%s (%s)", sep, head->coverage[i].name,
			head->coverage[i].why ? head->coverage[i].why : "it is not said why");
		sep = ", ";
	}
}

void head__free(struct head *head)
{
	json_decref(head->line);
	*head = (struct head){ 0 };
}
