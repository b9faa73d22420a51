/* What doctor prints while it checks something. Include cmocka.h and what it needs before. */
#ifndef RA_TESTS_CLI_DOCTOR_PAGE_H
#define RA_TESTS_CLI_DOCTOR_PAGE_H

#include "recovery/cli/doctor.h"

typedef int doctor_checks(struct ra_doctor *d, struct ra_err *err);

/* What was printed, until the next call; an error that would end the command fails the test. */
const char *doctor_page(doctor_checks *checks, struct ra_doctor *d);
/* Runs the checks: the page has these words, and the doctor ends with this status. */
void doctor_says(doctor_checks *checks, struct ra_doctor *d, const char *words, int exit_status);

#endif
