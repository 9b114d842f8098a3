/* How λ was arrived at, for the report: what is noted holds while λ stays as it was then. */
#include "report-dialog.h"
#include "window-private.h"

#include <math.h>

#define SAME 1e-9 /* undo brings λ back over the slider's track */

LamLambdaChosen lam_window_lambda_chosen(LamWindow *window)
{
    double lambda = lam_lambda_control_get_lambda(window->lambda_control);
    return fabs(lambda - window->chosen_lambda) < SAME ? window->chosen : LAM_CHOSEN_MANUALLY;
}

void lam_window_choice_follow(LamWindow *window)
{
    if (window->report)
        lam_report_dialog_set_chosen(LAM_REPORT_DIALOG(window->report),
                                     lam_window_lambda_chosen(window));
}

void lam_window_note_choice(LamWindow *window, LamLambdaChosen how)
{
    window->chosen = how;
    window->chosen_lambda = lam_lambda_control_get_lambda(window->lambda_control);
    lam_window_choice_follow(window);
}
