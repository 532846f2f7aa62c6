// Proves that files are read from a connection in large pieces, on both sides of it: counts the system calls
// that receive, by standing in for the two by which Asio does.
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>

#include "tests/support/live_api.hpp"
#include "tools/api_client/api_client.hpp"
#include "tools/api_client/json_fields.hpp"

static std::atomic<std::size_t> receives{0};

extern "C" ssize_t recv(int socket, void* into, std::size_t size, int flags) {
    ++receives;
    return ::syscall(SYS_recvfrom, socket, into, size, flags, nullptr, nullptr);
}
extern "C" ssize_t recvmsg(int socket, msghdr* message, int flags) {
    ++receives;
    return ::syscall(SYS_recvmsg, socket, message, flags);
}

using namespace catacomb;

BOOST_AUTO_TEST_SUITE(api_reads)

BOOST_AUTO_TEST_CASE(a_file_is_read_in_large_pieces) {
    constexpr std::size_t kSize = 16 << 20, kMost = kSize / 4096;
    tests::LiveApi api;
    auto client = *cli::ApiClient::open(api.dir(), seconds(20));
    const auto insert = client.call("POST", "/v1/jobs", {{"kind", "insert"}}).value();
    std::size_t left = kSize;
    const auto zeros = [&](MutableBytes into) -> Result<std::size_t> {
        const auto n = std::min(left, into.size());
        std::fill_n(into.begin(), n, 0);
        left -= n;
        return n;
    };
    receives = 0;
    BOOST_REQUIRE(client.upload("/v1/jobs/" + text_in(insert, "id") + "/content", kSize, zeros));
    BOOST_TEST(receives.load() > 0u);
    BOOST_TEST(receives.load() < kMost);

    const auto key = tests::FakeService::key_of(Bytes(kSize));
    receives = 0;
    std::size_t came = 0;
    const auto got = client.download(
        "/v1/files/" + key, [](const auto&) { return ok(); },
        [&](ByteView bytes) { return came += bytes.size(), ok(); });
    BOOST_REQUIRE(got);
    BOOST_TEST(came == kSize);
    BOOST_TEST(receives.load() < kMost);
}

BOOST_AUTO_TEST_SUITE_END()
