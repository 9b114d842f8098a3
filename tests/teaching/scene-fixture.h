/* A small scene of one scan twice. */
#pragma once

#include <lambdascope/scene.h>

/* 2 mm voxels of size[0] x size[1] x size[2], a bright block in a dark box. */
void scene_fixture_open(LamScene *scene, const int size[3]);
