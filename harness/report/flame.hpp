// Flame graphs: one SVG file that loads nothing, with zoom (click) and search (Ctrl-F or the field), both kept in its
// address; without scripts it is a picture with titles. Widths are shares of the solver's samples; n stands in it.
#pragma once

#include <string>

#include <harness/model/profile.hpp>

namespace harness::report {

// Roots at the bottom; a frame's title has its whole name, place, samples and share. Frames below 0.1 % of the samples
// are not drawn, and the legend says so. A profile without samples is a picture that says why.
std::string flame_graph(const model::CpuProfile& profile, const std::string& title);
// The new side's stacks by width; frames that only the old side has stand to their right, hollow, as wide as their share
// of the old samples. Colour is the difference of the shares, weighted by `ratio` (time of a call, new / old): red more,
// blue less, grey where it is within two standard errors. Frames are the same by short name and file name.
std::string differential_flame_graph(const model::CpuProfile& before, const model::CpuProfile& after, double ratio,
                                     const std::string& old_title, const std::string& new_title);

}  // namespace harness::report
