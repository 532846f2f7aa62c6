// FreedMemory: sees what is in memory that is given back, and finds in it what should have been wiped. Link
// freed_memory.cpp: it brings operator new and delete for the whole program.
#pragma once

#include <vector>

#include "base/bytes.hpp"

namespace catacomb::testing {

class FreedMemory {
public:
    // Looks for each of them from now on. One at a time; one thread.
    explicit FreedMemory(std::vector<Bytes> secrets);
    ~FreedMemory();
    FreedMemory(const FreedMemory&) = delete;

    // Blocks that were freed with one of them inside.
    std::size_t found() const { return found_; }
    // Called for each block that is freed.
    void look(ByteView block);

private:
    std::vector<Bytes> secrets_;
    std::size_t found_ = 0;
};

}  // namespace catacomb::testing
