/* A folder of drawn discs and a recipe for them: a training run of seconds. */
#pragma once

#include <lambdascope/trainer.h>
#include <lambdascope/volume.h>

#define DISC_SIZE  48
#define DISC_SCANS 6

/* A bright ellipse with a dark eye, soft edges; every scan its own shape. */
LamVolume *disc_scan(int scan);

/* FOLDER/labels-N.nii: background 0, and these values for the scan's body and for its eye. */
void disc_save_labels(const char *folder, int scan, float body, float eye);

/* A fresh folder that holds disc-N.nii; and its removal with all that is in it. */
char *disc_folder_new(void);
void disc_folder_remove(char *folder);
int disc_count_files(const char *folder); /* -1 if there is no such folder */

/* FOLDER/recipe.ini; g_free. */
char *disc_recipe(const char *folder, const char *text);
/* The 2-D HyperMorph of these tests, for so many steps. */
char *disc_recipe_for(const char *folder, int steps);

/* One run into FOLDER/OUTPUT; stop_steps 0: to the end. */
bool disc_train(const char *folder, const char *recipe, const char *output, bool resume,
                guint64 stop_steps, GError **error);
