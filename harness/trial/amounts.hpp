// How much a call works on, for rates: items and bytes per second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace harness::trial {

// Outermost elements of the argument with this index (of a string its bytes). `args`: a CBOR array in parameter order.
// None: the argument is no array and no string, there is none with this index, or the bytes end too early.
std::optional<std::uint64_t> items_of(std::span<const std::uint8_t> args, std::size_t parameter_index);

// Bytes of that argument's data: all elements, however deep they lie, times the size of one, or the lengths of its
// strings. `type` is the parameter's word (`integer[][]`) and gives that size, not the encoding: a small number may lie
// in fewer bytes in the document than in the solver. integer 4, long and double 8, boolean and character 1. What holds
// the lists together in memory is not counted. None: as above, or the argument is not of this type, or the type is not
// known.
std::optional<std::uint64_t> bytes_of(std::span<const std::uint8_t> args, std::size_t parameter_index,
                                      std::string_view type);

}  // namespace harness::trial
