/* From the bytes of a configuration file to its fields; what several keys must be together is
 * validate.c's affair. */
#ifndef RA_CONFIG_PARSE_H
#define RA_CONFIG_PARSE_H

#include "src/config/config.h"

/* Fills c, whose path names the file in messages. c owns what is set, after an error too. */
int ra_config_parse(struct ra_config *c, struct ra_str text, struct ra_err *err);

/* What the keys must be together: required ones, and combinations that are refused. */
int ra_config_validate(const struct ra_config *c, struct ra_err *err);

#endif
