/* Any bytes as XML of csexport. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/import/twice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_twice(RA_IMPORT_CSEXPORT, as_file(data, size));
    return 0;
}
