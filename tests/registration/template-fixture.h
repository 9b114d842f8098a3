/* A tiny model with a template, on disk: a ball whose inner half is a structure, age 20 to 80 and sex, which
 * change both a little, if nobody knows how. */
#pragma once

#include <lambdascope/model.h>

/* 16 x 24 x 16 voxels of 4 mm, centred 10 mm above the world's origin. structures: false: a picture alone.
 * effect: of the attributes; 1: what an untrained decoder says, next to nothing. */
void template_fixture_write(const char *path, bool structures, double effect);

/* The same, read, with attributes that change something. Free with lam_model_unref. */
LamModel *template_fixture_model(bool structures);
