#include "raw-dicom.h"

#include <glib.h>
#include <string.h>

#define EXPLICIT_LITTLE "1.2.840.10008.1.2.1"
#define MR_STORAGE      "1.2.840.10008.5.1.4.1.1.4"
#define ROOT            "1.2.826.0.1.3680043.2.1143.77"

static void put_int(GByteArray *bytes, guint value, int n)
{
    for (int i = 0; i < n; i++) {
        guint8 byte = (guint8)(value >> 8 * i);
        g_byte_array_append(bytes, &byte, 1);
    }
}

/* value representations with a length of 4 bytes have 2 empty ones before it */
static void put(GByteArray *bytes, guint group, guint element, const char *vr, const void *data,
                guint n)
{
    gboolean is_long = strcmp(vr, "OB") == 0 || strcmp(vr, "OW") == 0;
    put_int(bytes, group, 2);
    put_int(bytes, element, 2);
    g_byte_array_append(bytes, (const guint8 *)vr, 2);
    if (is_long)
        put_int(bytes, 0, 2);
    put_int(bytes, n + n % 2, is_long ? 4 : 2);
    g_byte_array_append(bytes, data, n);
    if (n % 2)
        g_byte_array_append(bytes, (const guint8 *)(strcmp(vr, "UI") == 0 ? "\0" : " "), 1);
}

static void put_text(GByteArray *bytes, guint group, guint element, const char *vr,
                     const char *format, ...) G_GNUC_PRINTF(5, 6);
static void put_text(GByteArray *bytes, guint group, guint element, const char *vr,
                     const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    put(bytes, group, element, vr, text, (guint)strlen(text));
}

static void put_short(GByteArray *bytes, guint group, guint element, guint value)
{
    guint8 data[2] = {(guint8)value, (guint8)(value >> 8)};
    put(bytes, group, element, "US", data, 2);
}

static void put_meta(GByteArray *bytes, const RawDicom *raw, int slice)
{
    g_autoptr(GByteArray) meta = g_byte_array_new();
    guint8 version[2] = {0, 1}, length[4];
    put(meta, 2, 1, "OB", version, 2);
    put_text(meta, 2, 2, "UI", MR_STORAGE);
    put_text(meta, 2, 3, "UI", ROOT ".1.%d.%d", raw->series, slice + 1);
    put_text(meta, 2, 0x10, "UI", EXPLICIT_LITTLE);
    put_text(meta, 2, 0x12, "UI", ROOT ".9");
    for (int i = 0; i < 4; i++)
        length[i] = (guint8)(meta->len >> 8 * i);
    g_byte_array_set_size(bytes, 128);
    memset(bytes->data, 0, 128);
    g_byte_array_append(bytes, (const guint8 *)"DICM", 4);
    put(bytes, 2, 0, "UL", length, 4);
    g_byte_array_append(bytes, meta->data, meta->len);
}

static void put_pixels(GByteArray *bytes, const RawDicom *raw, int slice)
{
    g_autoptr(GByteArray) pixels = g_byte_array_new();
    for (int j = 0; j < raw->rows; j++)
        for (int i = 0; i < raw->columns; i++)
            put_int(pixels, (guint)(100 * slice + 10 * j + i), 2);
    put(bytes, 0x7fe0, 0x10, "OW", pixels->data, pixels->len);
}

static void put_slice(GByteArray *bytes, const RawDicom *raw, int slice)
{
    put_text(bytes, 8, 8, "CS", "ORIGINAL\\PRIMARY\\M\\ND");
    put_text(bytes, 8, 0x16, "UI", MR_STORAGE);
    put_text(bytes, 8, 0x18, "UI", ROOT ".1.%d.%d", raw->series, slice + 1);
    put_text(bytes, 8, 0x20, "DA", "20200101");
    put_text(bytes, 8, 0x30, "TM", "120000");
    put_text(bytes, 8, 0x60, "CS", "MR");
    put_text(bytes, 8, 0x70, "LO", "TEST");
    put_text(bytes, 8, 0x103e, "LO", "%s", raw->description);
    put_text(bytes, 0x10, 0x10, "PN", "PHANTOM");
    put_text(bytes, 0x10, 0x20, "LO", "P1");
    put_text(bytes, 0x18, 0x20, "CS", "GR");
    put_text(bytes, 0x18, 0x50, "DS", "%g", raw->spacing_mm[2]);
    put_text(bytes, 0x18, 0x80, "DS", "10");
    put_text(bytes, 0x18, 0x81, "DS", "3");
    put_text(bytes, 0x20, 0xd, "UI", ROOT ".2");
    put_text(bytes, 0x20, 0xe, "UI", ROOT ".3.%d", raw->series);
    put_text(bytes, 0x20, 0x11, "IS", "%d", raw->series);
    put_text(bytes, 0x20, 0x12, "IS", "1");
    put_text(bytes, 0x20, 0x13, "IS", "%d", slice + 1);
    put_text(bytes, 0x20, 0x32, "DS", "%g\\%g\\%g", raw->origin_mm[0], raw->origin_mm[1],
             raw->origin_mm[2] + slice * raw->spacing_mm[2]);
    put_text(bytes, 0x20, 0x37, "DS", "1\\0\\0\\0\\1\\0");
    put_short(bytes, 0x28, 2, 1);
    put_text(bytes, 0x28, 4, "CS", "MONOCHROME2");
    put_short(bytes, 0x28, 0x10, (guint)raw->rows);
    put_short(bytes, 0x28, 0x11, (guint)raw->columns);
    put_text(bytes, 0x28, 0x30, "DS", "%g\\%g", raw->spacing_mm[1], raw->spacing_mm[0]);
    put_short(bytes, 0x28, 0x100, 16);
    put_short(bytes, 0x28, 0x101, 16);
    put_short(bytes, 0x28, 0x102, 15);
    put_short(bytes, 0x28, 0x103, 0);
    put_pixels(bytes, raw, slice);
}

void raw_dicom_write(const RawDicom *raw, const char *folder)
{
    for (int slice = 0; slice < raw->slices; slice++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        put_meta(bytes, raw, slice);
        put_slice(bytes, raw, slice);
        g_autofree char *name = g_strdup_printf("%d-%03d.dcm", raw->series, slice);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_assert_true(
            g_file_set_contents(path, (const char *)bytes->data, (gssize)bytes->len, NULL));
    }
}
