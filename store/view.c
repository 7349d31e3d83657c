/* Lists that grow with the house (store/view.h). */
#include "store/view.h"

#include "store/lookup.h"

#include <stdlib.h>

/* As long as they fill all the room there is, there may be more of them. Without memory for those
 * the list is short. */
void view_look(const struct view *v, struct view_list *to)
{
    struct view_device *more;

    to->count = to->room ? v->devices(v->who, to->all, to->room) : 0;
    while (to->count == to->room) {
        more = array_reach(to->all, to->room, &to->room, sizeof *more);
        if (!more)
            return;
        to->all = more;
        to->count = v->devices(v->who, to->all, to->room);
    }
}

void view_forget(struct view_list *l)
{
    free(l->all);
    *l = (struct view_list){0};
}
