#include "tests/support/freed_memory.hpp"

#include <malloc.h>
#include <string.h>

#include <cstdlib>
#include <new>

namespace catacomb::testing {
namespace {
thread_local FreedMemory* watching = nullptr;

void give_back(void* block) {
    if (block && watching) {
        auto* watch = watching;
        watching = nullptr;  // its own memory is none of its business
        watch->look({static_cast<const std::uint8_t*>(block), ::malloc_usable_size(block)});
        watching = watch;
    }
    std::free(block);
}

}  // namespace

FreedMemory::FreedMemory(std::vector<Bytes> secrets) : secrets_(std::move(secrets)) { watching = this; }
FreedMemory::~FreedMemory() { watching = nullptr; }

void FreedMemory::look(ByteView block) {
    for (const auto& secret : secrets_) {
        if (::memmem(block.data(), block.size(), secret.data(), secret.size())) ++found_;
    }
}

}  // namespace catacomb::testing

void* operator new(std::size_t size) {
    if (auto* block = std::malloc(size ? size : 1)) return block;
    throw std::bad_alloc();
}
void operator delete(void* block) noexcept { catacomb::testing::give_back(block); }
void operator delete(void* block, std::size_t) noexcept { catacomb::testing::give_back(block); }
