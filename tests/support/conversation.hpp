// One conversation, held over any Runtime: an echo server and a client that sends small and large messages
// and reads them back. Both worlds must bring it to the same end.
#pragma once

#include "crypto/hash.hpp"
#include "tests/support/stream_io.hpp"

namespace catacomb::testing {

using routing::Endpoint;

class EchoServer {
public:
    explicit EchoServer(Runtime& runtime) : runtime_(runtime), tasks_(runtime) {}
    Result<Endpoint> listen(Endpoint at);
    Task<void> close();
    std::size_t streams() const { return tasks_.count(); }

private:
    Task<void> serve(routing::StreamPtr stream);

    Runtime& runtime_;
    routing::TaskSet tasks_;
    routing::ListenerPtr listener_;
};

// Sends `rounds` messages of growing size (round r: 7^r bytes, at most 1 MiB) and checks that each comes
// back. The hash of all that came back.
Task<Result<crypto::Digest>> talk(Runtime& runtime, Endpoint to, unsigned rounds, Time deadline);

// What talk returns when nothing is lost or changed on the way.
crypto::Digest expected_talk(unsigned rounds);

}  // namespace catacomb::testing
