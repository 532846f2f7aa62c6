// Writes the seed corpora of the fuzz targets: one or two good inputs of each kind, from which a fuzzer finds
// the bad ones. Usage: make_fuzz_corpus tests/fuzz/corpus. The same bytes every time.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "base/log.hpp"
#include "crypto/bech32.hpp"
#include "node/identity.hpp"
#include "node/protocol/acknowledgement.hpp"
#include "routing/link/frame.hpp"
#include "routing/membership/reconcile.hpp"
#include "routing/onion/parts.hpp"
#include "routing/ring/messages.hpp"
#include "routing/rpc.hpp"
#include "storage/store/store_format.hpp"
#include "storage/tree/directory_disperser.hpp"
#include "storage/tree/pack.hpp"
#include "storage/tree/walker.hpp"
#include "tests/fuzz/fuzz_relays.hpp"

using namespace catacomb;

namespace {

class Corpus {
public:
    explicit Corpus(std::filesystem::path root) : root_(std::move(root)) {}
    void add(const std::string& target, const std::string& name, ByteView bytes) const {
        const auto folder = root_ / ("fuzz_" + target);
        std::filesystem::create_directories(folder);
        std::ofstream out(folder / name, std::ios::binary);
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        CHECK(out.good());
    }
    void add(const std::string& target, const std::string& name, std::string_view text) const {
        add(target, name, view(text));
    }

private:
    std::filesystem::path root_;
};

Bytes join(ByteView a, ByteView b) {
    auto out = to_bytes(a);
    append(out, b);
    return out;
}

const routing::FuzzRelays& relays() {
    static const routing::FuzzRelays kRelays(6);
    return kRelays;
}

void add_routing(const Corpus& corpus) {
    using namespace routing;
    const auto& all = relays().all;
    corpus.add("descriptor", "good", all[0]->encoded);
    corpus.add("conviction", "good", make_conviction(relays().network, relays().now).encode());
    corpus.add("endpoint", "v4", "127.10.0.1:4000");
    corpus.add("endpoint", "v6", "[2001:db8::1]:4000");
    corpus.add("gossip", "opening", encode_gossip_request(gossip_opening(relays().view())));
    GossipRequest push;
    push.want = std::vector<EntryName>(2);
    push.push = {all[1]->encoded};
    corpus.add("gossip", "push", encode_gossip_request(push));
    corpus.add("gossip", "answer",
               encode_gossip_answer(gossip_answer(relays().view(), gossip_opening(View(relays().network)))));
    corpus.add("ring", "state", encode_ring_state({Standing::member, all[0], {all[1], all[2]}}));
    corpus.add("ring", "find", encode_find_step({all[0]->id, 4}));
    corpus.add("ring", "found", encode_find_answer({{all[0]}, {all[1], all[2]}}));
    corpus.add("registry", "lives",
               Bytes{0, 1, 1, 2, 3, 3, 1, 5, 6, 7, 5, 2, 9, 9, 1, 1, 1, 0, 0, 255, 4, 0, 0, 0, 255});
    Bytes text(kFrameText);
    encode_frame(text, 7, FrameKind::rpc_request, kFrameFirst | kFrameLast, Bytes(20, 1));
    corpus.add("frame", "request", ByteView(text).first(40));
    encode_frame(text, 7, FrameKind::credit, 0, Bytes(2, 1));
    corpus.add("frame", "credit", ByteView(text).first(16));
    Bytes part(24);
    encode_part(part, 3, PartKind::message, kPartFirst | kPartLast, Bytes(9, 5));
    corpus.add("part", "whole", part);
    for (const auto* target : {"forward_cell", "backward_cell", "link_handshake"}) {
        corpus.add(target, "unchanged", Bytes(3));
        corpus.add(target, "changed", Bytes(64, 1));
    }
    corpus.add("streams", "echo", Bytes{0, 3, 1, 3, 7, 7, 7, 0x81, 3, 2, 8, 8, 0x86, 3, 1, 9, 0x48, 5, 0});
}

void add_crypto(const Corpus& corpus) {
    for (std::uint8_t how = 0; how < 12; ++how) corpus.add("noise", concat("honest-", how + 0), Bytes{how});
    corpus.add("noise", "from-nowhere", Bytes(97, 0x85));
    corpus.add("bech32", "good", crypto::bech32_encode("chk", Bytes(20, 3)));
    auto typo = crypto::bech32_encode("chk", Bytes(20, 3));
    typo[7] = typo[7] == 'q' ? 'p' : 'q';
    corpus.add("bech32", "typo", typo);
}

std::vector<storage::Block> blocks_of(const storage::SegmentBlocks& segment) {
    std::vector<storage::Block> out;
    for (unsigned i = 0; i < segment.profile().k; ++i) {
        const storage::BlockId id{segment.root(), static_cast<std::uint8_t>(i)};
        out.push_back(*storage::Block::verify(id, segment.block(i)));
    }
    return out;
}

// A node of the first level and one above it, in the two halves that the target seals.
void add_directory(const Corpus& corpus, const storage::ReadKey& file) {
    using namespace storage;
    SegmentRef pack{file.top.root, leaf_profile(1000), SegmentKind::pack};
    pack.root.bytes[0] ^= 1;
    const ExtentKey small{pack, file.read.clone(), verify_key_of(file.read), {4, 10}};
    corpus.add("key", "extent", small.encode());
    corpus.add(
        "key", "directory",
        ReadKey{{file.top.root, branch_profile(0), SegmentKind::directory}, file.read.clone()}.encode());
    Writer outer, inner;
    encode_head(outer, {1, NodeType::directory, 2});
    for (const auto& child : {file.weaken().top, pack}) {
        encode_ref(outer, child);
        outer.raw(verify_key_of(file.read).expose());
    }
    inner.u16(2).u8(3).u16(0).u64(100).raw(file.read.expose()).u64(1).u8(1).raw(view("a"));
    inner.u8(0).u16(1).u64(10).raw(file.read.expose()).u32(4).u8(1).raw(view("b"));
    Writer above, names;
    encode_head(above, {2, NodeType::directory, 1});
    above.u8(20).u8(60).u8(0).raw(Root());
    names.u64(2).u8(1).raw(view("a"));
    const auto half = [](Writer& out, const Bytes& bytes) {
        out.u16(static_cast<std::uint16_t>(bytes.size())).raw(bytes);
    };
    for (const std::uint8_t only : {0, 1}) {
        Writer one, two;
        one.u8(only).u16(4).u16(10).u16(0);
        two.u8(only).u16(4).u16(10).u16(0);
        half(one, outer.bytes());
        half(one, inner.bytes());
        half(two, above.bytes());
        half(two, names.bytes());
        half(two, outer.bytes());
        half(two, inner.bytes());
        corpus.add("directory", concat("one-node-", only + 0), one.bytes());
        corpus.add("directory", concat("two-levels-", only + 0), two.bytes());
    }
    Writer packed;
    encode_head(packed, {0, NodeType::pack, 0});
    packed.raw(Bytes(40, 3));
    Writer extent;
    extent.u8(0).u16(4).u16(10);
    half(extent, packed.bytes());
    corpus.add("directory", "pack", extent.bytes());
}

void add_storage(const Corpus& corpus) {
    using namespace storage;
    const auto keys = FileKeys::derive(convergent_secret(), crypto::content_hash(view("fuzz")));
    const auto leaf = seal_leaf(keys, 0, leaf_profile(100), Bytes(100, 7));
    corpus.add("block", "unchanged", Bytes(2));
    corpus.add("block", "whole", join(Bytes{0}, leaf.block(0)));
    const SegmentRef ref{leaf.root(), leaf.profile(), SegmentKind::leaf};
    const SegmentRef children[] = {ref, ref};
    const ReadKey read{ref, keys.read.clone()};
    corpus.add("key", "read", read.encode());
    corpus.add("key", "verify", read.weaken().encode());
    auto branch = SealedStripe::recover(blocks_of(seal_branch(keys, 1, 0, children, {200, "name"})));
    const auto content = std::move(*branch).open(crypto::label::kBranchKey, keys.verify);
    corpus.add("branch", "good", content->view());
    corpus.add("branch", "leaf-name", join(encode_leaf_name("name"), Bytes(10, 1)));
    const auto turn = [](std::uint8_t kind, ByteView bytes) {
        Writer out;
        out.u8(kind).u16(static_cast<std::uint16_t>(bytes.size())).raw(bytes);
        return out.take();
    };
    corpus.add("tree", "branch", turn(1, content->view()));
    corpus.add("tree", "leaf", turn(0, join(encode_leaf_name("name"), Bytes(10, 1))));
    add_directory(corpus, read);
    Put put;
    put.id = {{}, 7};  // as the target reads it
    put.bytes = leaf.block(0);
    put.lease_end = relays().now;
    auto meta = StoredMeta::of(put).encode(put.id);
    corpus.add("store_format", "meta", meta);
    meta[7] |= 0x80;
    corpus.add("store_format", "meta-before-1970", meta);
    corpus.add("store_format", "head", StoreHead{{"data", "meta", "expiry"}}.encode());
    corpus.add("store_format", "key", store_key(put.id));
    corpus.add("store_format", "expiry", expiry_key(put.lease_end, put.id));
}

// Storage messages, as they stand alone and as a circuit's client says them.
void add_messages(const Corpus& corpus) {
    using namespace node;
    const std::string root(32, 'r');
    std::vector<std::pair<std::string, Bytes>> messages;
    wire::StoreBlock store;
    store.set_root(root);
    store.set_index(3);
    store.set_block(std::string(100, 'b'));
    messages.emplace_back("store", encode(store));
    wire::FetchBlock fetch;
    fetch.set_root(root);
    fetch.set_wait_ms(50);
    messages.emplace_back("fetch", encode(fetch));
    wire::HaveBlocks have;
    have.set_root(root);
    have.set_indices(std::string("\0\1\2", 3));
    messages.emplace_back("have", encode(have));
    for (const auto& [name, body] : messages) corpus.add("storage_messages", name, join(body, Bytes{0}));

    std::vector<std::pair<std::string, Bytes>> said;
    wire::ExitFetch exit_fetch;
    exit_fetch.set_root(root);
    exit_fetch.set_k(8);
    exit_fetch.set_n(32);
    exit_fetch.set_want(0xff);
    exit_fetch.set_need(8);
    exit_fetch.set_limit_ms(200);
    said.emplace_back("exit-fetch", encode(Kind::exit_fetch, exit_fetch));
    wire::ExitStore exit_store;
    exit_store.set_root(root);
    exit_store.set_k(1);
    exit_store.set_n(2);
    exit_store.set_commitment(root);
    exit_store.set_shares(std::string(64, 's'));
    exit_store.set_want(3);
    exit_store.set_limit_ms(200);
    said.emplace_back("exit-store", encode(Kind::exit_store, exit_store));
    wire::ExitHave exit_have;
    exit_have.set_root(root);
    exit_have.set_n(32);
    exit_have.set_limit_ms(200);
    said.emplace_back("exit-have", encode(Kind::exit_have, exit_have));
    wire::Register registration;
    registration.set_vault_key(root);
    registration.set_founding(std::string(24, 'f'));
    registration.set_ticket(std::string(24, 't'));
    registration.set_inventory_digest(root);
    registration.set_signature(std::string(64, 'g'));
    said.emplace_back("register", encode(Kind::vault_register, registration));
    said.emplace_back("ping", with_kind(Kind::vault_ping, {}));
    for (const auto& [name, message] : said) {
        corpus.add("storage_messages", name, message);
        Writer out;
        out.u8(2).u16(static_cast<std::uint16_t>(message.size())).raw(message);
        out.u8(3).u16(801).u8(33).raw(Bytes(800, 4)).u8(static_cast<std::uint8_t>(Kind::fragment));
        corpus.add("node_messages", name, out.bytes());
    }

    // What fuzz_node_frames reads: as whom; then wait, kind, channel's choice, flags, length, payload.
    const auto request = [](routing::Method method, ByteView body) {
        Writer out;
        out.u8(1).u8(1).u8(27).u8(0).u8(3).u16(static_cast<std::uint16_t>(2 + body.size()));
        out.u16(static_cast<std::uint16_t>(method)).raw(body);
        return out.take();
    };
    using routing::Method;
    corpus.add("node_frames", "store", request(Method::store, messages[0].second));
    corpus.add("node_frames", "fetch", request(Method::fetch, messages[1].second));
    corpus.add("node_frames", "have", request(Method::have, messages[2].second));
    corpus.add("node_frames", "ring-state", request(Method::ring_state, {}));
    corpus.add("node_frames", "find",
               request(Method::ring_find, routing::encode_find_step({relays().all[0]->id, 4})));
    corpus.add("node_frames", "gossip",
               request(Method::gossip,
                       routing::encode_gossip_request({{}, std::vector<routing::EntryName>(2), {}, {}})));
    corpus.add("node_frames", "create", join(Bytes{1, 1, 23, 0, 0, 48, 0}, Bytes(48, 9)));
}

void add_node(const Corpus& corpus) {
    crypto::SeededRng rng(1);
    node::Identity identity{crypto::SignKeyPair::generate(rng),
                            crypto::SignKeyPair::generate(rng),
                            crypto::AgreeKeyPair::generate(rng),
                            routing::OnionSeed::generate(700, rng),
                            storage::convergent_secret(),
                            {},
                            {},
                            1,
                            {}};
    const auto file = identity.encode();
    corpus.add("identity", "file", file);
    corpus.add("identity", "body", ByteView(file).subspan(20, file.size() - 20 - 32));
    corpus.add("config", "relay",
               "listen = \"127.10.0.1:4000\"\nbootstrap = [\"127.11.0.1:4000\"]\n[vault]\nquota = \"10GiB\"\n"
               "on_relay = true\n[log]\nlevel = \"debug\"\n[api]\nidle_limit = \"5s\"\n");
    corpus.add("api_request", "guard", "127.0.0.1:80\n\nBearer 0123456789abcdef\n");
    corpus.add("api_request", "insert", R"({"kind":"insert","name":"a.txt","size":3})");
    corpus.add("api_request", "get", R"({"kind":"get","key":"chk1qqqq"})");
    corpus.add("api_request", "headers", "a.txt\n" + std::string(64, 'a') + "\n17\ntrue\n");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: make_fuzz_corpus DIRECTORY\n";
        return 2;
    }
    crypto::initialise();
    const Corpus corpus(argv[1]);
    add_crypto(corpus);
    add_routing(corpus);
    add_storage(corpus);
    add_messages(corpus);
    add_node(corpus);
    return 0;
}
