/* A report as a page of text reads: what HTML and PDF have in common. */
#pragma once

#include "report-private.h"

typedef enum {
    LAM_BLOCK_HEADING,
    LAM_BLOCK_FACTS,    /* rows of two: what, and what of it */
    LAM_BLOCK_TABLE,    /* rows; the first names the columns, the first column names the rows */
    LAM_BLOCK_PICTURES, /* the report's */
} LamBlockKind;

typedef struct {
    LamBlockKind kind;
    char *text;      /* of headings; of tables what they show */
    GPtrArray *rows; /* char **, all of one length */
} LamBlock;

#define LAM_REPORT_NOTICE                                                                          \
    "For research and education; not a medical device." /* translated elsewhere, too */

/* Translated. LamBlock elements, owned by the array. */
GPtrArray *lam_report_blocks(const LamReport *report);
/* Of the whole report, with the scans' names where they may be told. Free with g_free. */
char *lam_report_title(const LamReport *report);
