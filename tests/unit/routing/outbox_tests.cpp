// Proves: control frames leave first, flows take turns of four, none without credit, bodies carry their
// flags; what waits is bounded and counted, and cleared for good; whatever is cut off in the middle.
#include "routing/link/outbox.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "tests/unit/routing/random_split.hpp"

namespace catacomb::routing {
namespace {

using crypto::CipherSuite;
using crypto::NoiseRole;

struct Seen {
    FrameKind kind;
    std::uint32_t channel;
    std::uint8_t flags;
    std::size_t size;
};

struct Sending {
    crypto::SeededRng rng{1};
    crypto::NoiseSplit split = random_split(rng);
    FrameCipher ours{split, CipherSuite::chacha20_poly1305, NoiseRole::initiator};
    FrameCipher theirs{split, CipherSuite::chacha20_poly1305, NoiseRole::responder};
    OutShared shared{std::size_t{64} << 20, [] {}};
    LinkLimits limits = few();
    int woken = 0;
    Outbox outbox{shared, limits, [this] { ++woken; }, [] {}};
    const Bytes cell = Bytes(kFramePayload);

    static LinkLimits few() {
        LinkLimits out;
        out.control_frames = 3;
        out.body_frames = 6;
        out.circuits = 2;
        out.outstanding_rpcs = 4;
        return out;
    }
    Sending() { outbox.begin(ours); }

    // All that leaves until nothing more would.
    std::vector<Seen> leave() {
        std::vector<Seen> out;
        for (outbox.fill(); !outbox.ready().empty(); outbox.fill()) {
            auto bytes = to_bytes(outbox.ready());
            outbox.taken(bytes.size());
            for (std::size_t at = 0; at < bytes.size(); at += kFrameSize) {
                auto frame = MutableBytes(bytes).subspan(at, kFrameSize);
                BOOST_TEST_REQUIRE(theirs.open(frame));
                const auto decoded = decode_frame(frame.first(kFrameText)).value();
                out.push_back({decoded.kind, decoded.channel, decoded.flags, decoded.payload.size()});
            }
        }
        return out;
    }
    std::string channels() {
        std::string out;
        for (const auto& frame : leave()) out += static_cast<char>('0' + frame.channel);
        return out;
    }
    // Behind a control frame, so that it waits.
    void queue(Flow& flow, int frames) {
        for (int i = 0; i < frames; ++i) flow.push(0, cell);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(outboxes, Sending)

BOOST_AUTO_TEST_CASE(control_goes_first_and_flows_take_turns) {
    Flow a(outbox, 1, FrameKind::cell_forward, std::nullopt),
        b(outbox, 2, FrameKind::cell_forward, std::nullopt);
    BOOST_TEST(outbox.push_control(FrameKind::destroy, 9, 0, {}));
    queue(a, 6);
    queue(b, 5);
    BOOST_TEST(outbox.push_control(FrameKind::destroy, 8, 0, {}));
    BOOST_TEST(channels() == "9811112222112");
}

BOOST_AUTO_TEST_CASE(a_lone_frame_leaves_at_once) {
    Flow a(outbox, 1, FrameKind::cell_forward, std::nullopt);
    std::vector<int> left;
    a.on_left = [&](std::uint8_t mark) { left.push_back(mark); };
    a.push(7, cell);
    BOOST_TEST((left == std::vector<int>{7}));
    BOOST_TEST(a.queued() == 0U);
    BOOST_TEST(channels() == "1");
}

BOOST_AUTO_TEST_CASE(nothing_leaves_without_credit) {
    Flow a(outbox, 1, FrameKind::cell_forward, CreditSender(2, 4));
    queue(a, 5);
    BOOST_TEST(channels() == "11");
    BOOST_TEST(a.queued() == 3U);
    BOOST_TEST(a.add_credit(2));
    BOOST_TEST(channels() == "11");
    BOOST_TEST(!a.add_credit(5));  // more than any window
    BOOST_TEST(channels() == "");
}

BOOST_AUTO_TEST_CASE(a_body_is_cut_and_flagged) {
    BOOST_TEST(outbox.push_body(FrameKind::rpc_response, 5, {kFrameFirst, kFrameLast, kFrameRefused},
                                Bytes(2 * kFramePayload + 1)));
    const auto frames = leave();
    BOOST_TEST_REQUIRE(frames.size() == 3U);
    BOOST_TEST(frames[0].flags == (kFrameFirst | kFrameRefused));
    BOOST_TEST(frames[1].flags == kFrameRefused);
    BOOST_TEST(frames[2].flags == (kFrameLast | kFrameRefused));
    BOOST_TEST(frames[2].size == 1U);
    BOOST_TEST(outbox.push_body(FrameKind::rpc_request, 6, {kFrameFirst, kFrameLast, 0}, {}));
    BOOST_TEST((leave().at(0).flags == (kFrameFirst | kFrameLast)));
    BOOST_TEST(outbox.bodies_waiting() == 0U);
}

BOOST_AUTO_TEST_CASE(what_waits_is_bounded) {
    for (int i = 0; i < 3; ++i) BOOST_TEST(outbox.push_control(FrameKind::created, 1, 0, {}));
    BOOST_TEST(!outbox.push_control(FrameKind::created, 1, 0, {}));
    // All circuits may end at once, and say so.
    for (int i = 0; i < 2; ++i) BOOST_TEST(outbox.push_control(FrameKind::destroy, 1, 0, {}));
    BOOST_TEST(!outbox.push_control(FrameKind::destroy, 1, 0, {}));
    BOOST_TEST(outbox.push_body(FrameKind::rpc_request, 1, {}, Bytes(5 * kFramePayload)));
    BOOST_TEST(!outbox.push_body(FrameKind::rpc_request, 2, {}, Bytes(2 * kFramePayload)));
    BOOST_TEST(outbox.push_body(FrameKind::rpc_request, 2, {}, Bytes(kFramePayload)));
    // Requests leave room for as many refusals as may be outstanding.
    BOOST_TEST(!outbox.push_body(FrameKind::rpc_request, 3, {}, Bytes(1)));
    for (int i = 0; i < 4; ++i) BOOST_TEST(outbox.push_body(FrameKind::rpc_response, 3, {}, Bytes(1)));
    BOOST_TEST(!outbox.push_body(FrameKind::rpc_response, 3, {}, Bytes(1)));
    BOOST_TEST(leave().size() == 15U);
    BOOST_TEST(shared.holdings.held() == 0U);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_dropped_leaves_no_further) {
    limits.body_frames = 100;
    BOOST_TEST(outbox.push_body(FrameKind::rpc_request, 1, {}, Bytes(3 * kFramePayload)));
    BOOST_TEST(outbox.drop_body(FrameKind::rpc_request, 1));
    BOOST_TEST((leave().empty() && outbox.bodies_waiting() == 0u));
    BOOST_TEST(outbox.push_body(FrameKind::rpc_request, 2, {}, Bytes(80 * kFramePayload)));
    outbox.fill();
    const auto waiting = outbox.bodies_waiting();
    BOOST_TEST((waiting > 0u && waiting < 80u));
    BOOST_TEST(!outbox.drop_body(FrameKind::rpc_response, 2));
    BOOST_TEST(outbox.bodies_waiting() == waiting);
    BOOST_TEST(!outbox.drop_body(FrameKind::rpc_request, 2));
    BOOST_TEST(leave().size() == 80 - waiting);
    BOOST_TEST((outbox.bodies_waiting() == 0u && shared.holdings.held() == 0u));
    BOOST_TEST(!outbox.drop_body(FrameKind::rpc_request, 2));
}

BOOST_AUTO_TEST_CASE(a_flow_that_goes_takes_what_waits_with_it) {
    auto a = std::make_unique<Flow>(outbox, 1, FrameKind::cell_forward, std::nullopt);
    Flow b(outbox, 2, FrameKind::cell_forward, std::nullopt);
    BOOST_TEST(outbox.push_control(FrameKind::destroy, 9, 0, {}));
    queue(*a, 3);
    queue(b, 2);
    a.reset();
    BOOST_TEST(channels() == "922");
    BOOST_TEST(shared.holdings.held() == 0U);
}

// Whoever hears that a frame left may end the link.
BOOST_AUTO_TEST_CASE(it_may_be_cleared_at_every_frame) {
    for (int last = 0; last < 8; ++last) {
        Sending fresh;
        Flow a(fresh.outbox, 1, FrameKind::cell_forward, std::nullopt);
        int left = 0;
        a.on_left = [&](std::uint8_t) {
            if (left++ == last) fresh.outbox.clear();
        };
        BOOST_TEST(fresh.outbox.push_control(FrameKind::destroy, 9, 0, {}));
        BOOST_TEST(fresh.outbox.push_body(FrameKind::rpc_request, 5, {}, Bytes(3 * kFramePayload)));
        fresh.queue(a, 8);
        BOOST_TEST(fresh.leave().empty());  // nothing that was sealed before it ended
        BOOST_TEST(left == last + 1);
        a.push(0, fresh.cell);
        BOOST_TEST(fresh.outbox.push_control(FrameKind::destroy, 9, 0, {}));
        BOOST_TEST(fresh.leave().empty());
        BOOST_TEST(fresh.outbox.bodies_waiting() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(before_the_handshake_only_its_frames_leave) {
    Outbox early(
        shared, limits, [] {}, [] {});
    BOOST_TEST(early.push_control(FrameKind::destroy, 1, 0, {}));
    early.put_handshake(Bytes(kFrameSize));
    early.fill();
    BOOST_TEST(early.ready().size() == kFrameSize);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
