/* JSON for eyes: one line a value, indented. */
#ifndef COLLECTOR_PRETTY_H
#define COLLECTOR_PRETTY_H

/* `each` gets every line without its end. What is no JSON comes out, too; what is longer than 4000
 * signs without a bracket or comma is cut. */
typedef void pretty_fn(void *who, const char *line);
void pretty_lines(const char *json, pretty_fn *each, void *who);

#endif
