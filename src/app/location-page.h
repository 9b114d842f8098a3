/* The panel's page of what lies under the crosshair: in the fixed scan, and, through the deformation, in the
 * moving one. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/place.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define LAM_TYPE_LOCATION_PAGE (lam_location_page_get_type())
G_DECLARE_FINAL_TYPE(LamLocationPage, lam_location_page, LAM, LOCATION_PAGE, GtkWidget)

typedef struct {
    LamPlace fixed, moving;               /* the moving one: A(x + d(x)) */
    const char *fixed_name, *moving_name; /* of the labels; NULL: the number, if it is not 0 */
    bool labelled[2];                     /* the scan has a label map */
    bool has_field;                       /* else d and |J| are not known */
    LamVec3 d_mm;
    double jacobian;
} LamLocation;

/* NULL: there is no pair. */
void lam_location_page_show(LamLocationPage *page, const LamLocation *location);

G_END_DECLS
