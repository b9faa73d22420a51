/* Any bytes as plan.json: refused with a message, or exactly what the plan would be written as.
 * When the first byte is no brace, the rest are changes to a good plan: an offset of two bytes, a
 * byte to put there. */
#include "recovery/plan/plan.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void good_plan(struct ra_buf *out)
{
    struct ra_plan_snapshot snapshot = {RA_STR("cloud"), RA_STR("1"), RA_STR("ab"), {0}};
    struct ra_plan_step step = {.id = RA_STR("s000001"),
                                .op = RA_OP_SET_CONSISTENCY_GUID,
                                .target = {RA_STR("contoso"), RA_STR("52a1"), RA_STR("CN=Ann")},
                                .have = {.text = RA_STR("AQ==")},
                                .want = {.text = RA_STR("Ag==")},
                                .undoable = true,
                                .undo = {.text = RA_STR("AQ==")}};
    struct ra_plan plan = {.tenant = RA_STR("7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f"),
                           .snapshots = &snapshot,
                           .snapshots_n = 1,
                           .steps = &step,
                           .steps_n = 1};
    struct ra_err err;

    if (ra_plan_encode(&plan, out, &err) != 0)
        abort();
}

static void change(struct ra_buf *plan, const uint8_t *c, size_t n)
{
    for (; n >= 3; c += 3, n -= 3)
        plan->p[(size_t)(c[0] << 8 | c[1]) % plan->n] = (char)c[2];
}

static void decode(const char *data, size_t size)
{
    struct ra_plan plan;
    struct ra_err err = {0};
    struct ra_buf bytes;
    int rc = ra_plan_decode((struct ra_str){data, size}, &plan, &err);

    if (rc > 0 || (rc < 0 && (err.code != -rc || !err.msg[0])))
        abort();
    if (rc < 0)
        return;
    ra_buf_init(&bytes, RA_PLAN_MAX);
    if (ra_plan_encode(&plan, &bytes, &err) != 0 || bytes.n != size ||
        memcmp(bytes.p, data, size) != 0)
        abort();
    ra_buf_free(&bytes);
    ra_plan_free(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_buf good;

    ra_buf_init(&good, (size_t)1 << 20);
    if (size && data[0] != '{') {
        good_plan(&good);
        change(&good, data + 1, size - 1);
        decode(good.p, good.n);
    } else {
        decode((const char *)data, size);
    }
    ra_buf_free(&good);
    return 0;
}
