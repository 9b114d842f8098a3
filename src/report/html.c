/* A report as one HTML file. Its views lie in one place, one seen at a time, so that going from one to the next
 * is a flicker under the reader's control: radio buttons and style alone, no script. On paper all are shown. */
#include "blocks.h"

#include <glib/gi18n-lib.h>

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1b1f24;--dim:#5a636d;--line:#c9ced4;--page:#fff;"
    "--ground:#f3f4f6;--accent:#0b62a8}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--dim:#a3abb4;--line:#3d434a;"
    "--page:#16191c;--ground:#212529;--accent:#6bbcf8}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);"
    "max-width:80rem;margin:0 auto;padding:1.5rem}\n"
    "h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}\n"
    "header p,footer,figcaption,caption{color:var(--dim)}\n"
    "header p{margin:.2rem 0 1rem}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n"
    "caption{text-align:left;padding-bottom:.4rem}\n"
    "th,td{padding:.25rem .6rem;text-align:left;vertical-align:top;"
    "border-bottom:1px solid var(--line)}\n"
    "table.facts th{width:16rem;font-weight:normal;color:var(--dim)}\n"
    "table.facts td{white-space:pre-line;overflow-wrap:anywhere}\n"
    "table.figures td,table.figures thead th+th{text-align:right}\n"
    ".views label{display:inline-block;padding:.3rem .7rem;margin:0 .2rem .4rem 0;"
    "border:1px solid var(--line);border-radius:.4rem;background:var(--ground);cursor:pointer}\n"
    ".views input{position:absolute;opacity:0}\n"
    ".views input:checked+label{border-color:var(--accent);box-shadow:inset 0 0 0 1px "
    "var(--accent)}\n"
    ".views input:focus-visible+label{outline:3px solid var(--accent);outline-offset:1px}\n"
    "figure{margin:0}figure "
    "img{max-width:100%;height:auto;background:#0e1012;border-radius:.3rem}\n"
    "footer{margin-top:2rem;border-top:1px solid var(--line);padding-top:.6rem}\n"
    "@media screen{.views figure{display:none}}\n"
    "@media print{:root{--ink:#000;--dim:#444;--line:#bbb;--page:#fff;--ground:#fff}"
    "body{padding:0;font-size:10pt}.views input,.views label{display:none}"
    "figure{break-inside:avoid;margin:0 0 1rem}h2{break-after:avoid}tr{break-inside:avoid}}\n"
    "@page{size:A4;margin:15mm}\n";

static void add_escaped(GString *out, const char *before, const char *text, const char *after)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    g_string_append_printf(out, "%s%s%s", before, escaped, after);
}

/* ---- head ---- */

/* Which view is seen goes by the button that is pressed. */
static void add_view_rules(GString *out, const LamReport *report)
{
    g_string_append(out, "@media screen{");
    for (guint i = 0; i < report->pictures->len; i++) {
        const LamReportPicture *p = report->pictures->pdata[i];
        g_string_append_printf(out, "%s#show-%s:checked~#view-%s", i ? "," : "", p->name, p->name);
    }
    g_string_append(out, "{display:block}}\n");
}

static void add_head(GString *out, const LamReport *report, const char *title)
{
    /* Translators: the code (BCP 47) of the language that you translate into. */
    g_string_append_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n", _("en"));
    g_string_append(out, "<meta charset=\"utf-8\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width\">\n"
                         "<meta name=\"generator\" content=\"Lambdascope " LAM_VERSION "\">\n");
    add_escaped(out, "<title>", title, "</title>\n<style>\n");
    g_string_append(out, style);
    add_view_rules(out, report);
    g_string_append(out, "</style>\n</head>\n<body>\n<header>\n");
    add_escaped(out, "<h1>", title, "</h1>\n");
    add_escaped(out, "<p>", _(LAM_REPORT_NOTICE), "</p>\n</header>\n<main>\n");
}

/* ---- blocks ---- */

static void add_facts(GString *out, const LamBlock *block)
{
    add_escaped(out, "<table class=\"facts\" aria-label=\"", block->text, "\">\n<tbody>\n");
    for (guint i = 0; i < block->rows->len; i++) {
        char **row = block->rows->pdata[i];
        add_escaped(out, "<tr><th scope=\"row\">", row[0], "</th>");
        add_escaped(out, "<td>", row[1], "</td></tr>\n");
    }
    g_string_append(out, "</tbody>\n</table>\n");
}

static void add_row(GString *out, char **row, bool head)
{
    g_string_append(out, "<tr>");
    for (int c = 0; row[c]; c++) {
        const char *open = head ? "<th scope=\"col\">" : c == 0 ? "<th scope=\"row\">" : "<td>";
        add_escaped(out, open, row[c], head || c == 0 ? "</th>" : "</td>");
    }
    g_string_append(out, "</tr>\n");
}

static void add_table(GString *out, const LamBlock *block)
{
    add_escaped(out, "<table class=\"figures\">\n<caption>", block->text, "</caption>\n<thead>\n");
    add_row(out, block->rows->pdata[0], true);
    g_string_append(out, "</thead>\n<tbody>\n");
    for (guint i = 1; i < block->rows->len; i++)
        add_row(out, block->rows->pdata[i], false);
    g_string_append(out, "</tbody>\n</table>\n");
}

static void add_buttons(GString *out, const LamReport *report)
{
    for (guint i = 0; i < report->pictures->len; i++) {
        const LamReportPicture *p = report->pictures->pdata[i];
        g_string_append_printf(out, "<input type=\"radio\" name=\"view\" id=\"show-%s\"%s>",
                               p->name, i == 0 ? " checked" : "");
        g_string_append_printf(out, "<label for=\"show-%s\">", p->name);
        add_escaped(out, "", p->title, "</label>\n");
    }
}

static void add_figure(GString *out, const LamReportPicture *p)
{
    gsize size;
    const guchar *png = g_bytes_get_data(p->png, &size);
    g_autofree char *base64 = g_base64_encode(png, size);
    g_string_append_printf(out,
                           "<figure id=\"view-%s\">\n<img id=\"picture-%s\" width=\"%d\" "
                           "height=\"%d\" ",
                           p->name, p->name, p->width, p->height);
    add_escaped(out, "alt=\"", p->alt, "\" src=\"data:image/png;base64,");
    g_string_append(out, base64);
    add_escaped(out, "\">\n<figcaption>", p->caption, "</figcaption>\n</figure>\n");
}

static void add_pictures(GString *out, const LamReport *report)
{
    g_string_append(out, "<div class=\"views\">\n");
    add_buttons(out, report);
    for (guint i = 0; i < report->pictures->len; i++)
        add_figure(out, report->pictures->pdata[i]);
    g_string_append(out, "</div>\n");
}

static void add_block(GString *out, const LamReport *report, const LamBlock *block)
{
    switch (block->kind) {
    case LAM_BLOCK_HEADING:
        add_escaped(out, "<h2>", block->text, "</h2>\n");
        break;
    case LAM_BLOCK_FACTS:
        add_facts(out, block);
        break;
    case LAM_BLOCK_TABLE:
        add_table(out, block);
        break;
    case LAM_BLOCK_PICTURES:
        add_pictures(out, report);
        break;
    }
}

char *lam_report_html(const LamReport *report)
{
    g_autofree char *title = lam_report_title(report);
    g_autoptr(GPtrArray) blocks = lam_report_blocks(report);
    GString *out = g_string_new(NULL);
    add_head(out, report, title);
    for (guint i = 0; i < blocks->len; i++)
        add_block(out, report, blocks->pdata[i]);
    g_string_append(out, "</main>\n");
    add_escaped(out, "<footer>", _(LAM_REPORT_NOTICE), "</footer>\n</body>\n</html>\n");
    return g_string_free(out, FALSE);
}
