// SampleFile: a file of any size that is made as it is read: the same bytes at the same place every time, no
// two megabytes alike. Cheap enough to stay out of the figures.
#pragma once

#include "base/bytes.hpp"

namespace catacomb::bench {

class SampleFile {
public:
    explicit SampleFile(std::uint64_t size);

    std::uint64_t size() const { return size_; }
    // Fills the front of `into` with the bytes from `at` on, and says how many there were; 0 at the end.
    std::size_t read(std::uint64_t at, MutableBytes into) const;

private:
    std::uint64_t size_;
    Bytes megabyte_;
};

}  // namespace catacomb::bench
