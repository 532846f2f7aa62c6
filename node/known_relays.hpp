// The file of relays that were met before (docs/spec/identity.md 6): addresses only, of our guards and of
// some others. Losing it costs nothing but a bootstrap relay that must answer, so a file that is damaged is
// told and passed over.
#pragma once

#include <filesystem>

#include "routing/membership/known_relays.hpp"

namespace catacomb::node {

using routing::KnownRelays;

Bytes encode(const KnownRelays& relays);
// Code::corrupt unless it is what encode() gave.
Result<KnownRelays> decode_known_relays(ByteView bytes);

// Nobody, when there is no file or none that can be read.
KnownRelays load_known_relays(const std::filesystem::path& data_dir);
Result<> save_known_relays(const std::filesystem::path& data_dir, const KnownRelays& relays);

}  // namespace catacomb::node
