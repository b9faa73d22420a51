#include "src/graph/ahead.h"

struct ra_ahead_page *ra_ahead_parse(struct ra_ahead_pages *all, struct ra_str text)
{
    if (text.n < RA_AHEAD_FROM)
        return NULL;
    for (int i = 0; i < RA_AHEAD_PAGES; i++) {
        struct ra_ahead_page *page = &all->of[i];
        if (atomic_exchange(&page->busy, true))
            continue;
        ra_arena_reset(&page->arena);
        page->root = ra_json_parse(&page->arena, text, &page->at);
        return page;
    }
    return NULL;
}

cJSON *ra_ahead_take(struct ra_ahead_page *page, struct ra_arena *arena, size_t *at)
{
    struct ra_arena before = *arena;
    cJSON *root = page->root;

    *at = page->at;
    *arena = page->arena;
    page->arena = before;
    ra_ahead_forget(page);
    return root;
}

void ra_ahead_forget(struct ra_ahead_page *page)
{
    if (page)
        atomic_store(&page->busy, false);
}

void ra_ahead_free(struct ra_ahead_pages *all)
{
    for (int i = 0; i < RA_AHEAD_PAGES; i++)
        ra_arena_free(&all->of[i].arena);
}
