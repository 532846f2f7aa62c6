// The records of a vault's store, and its database file, as a failing disk may give them back:
// what decodes encodes to the same bytes, what does not is damage, and nothing reads past its end.
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.hpp"
#include "crypto/random.hpp"
#include "storage/store/lmdb_check.hpp"
#include "storage/store/store_format.hpp"

using namespace catacomb;
using namespace catacomb::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    const ByteView input(data, size);
    const BlockId block{{}, 7};
    if (const auto meta = StoredMeta::decode(block, input)) CHECK(equal(meta->encode(block), input));
    if (const auto head = StoreHead::decode(input))
        CHECK(StoreHead::decode(head->encode())->tables == head->tables);
    if (const auto count = StoreCount::decode(input)) CHECK(equal(count->encode(), input));
    if (const auto id = from_store_key(input)) CHECK(equal(store_key(*id), input));
    if (const auto expiry = from_expiry_key(input)) {
        CHECK(input.size() == 8 + kStoreKeySize && expiry->lease_end <= kNever);
    }
    const int fd = ::memfd_create("fuzz", MFD_CLOEXEC);
    CHECK(fd >= 0 && ::write(fd, data, size) == static_cast<ssize_t>(size));
    const auto good = check_data_file("/proc/self/fd/" + std::to_string(fd));
    CHECK(good || good.error().is(Code::corrupt));
    ::close(fd);
    return 0;
}
