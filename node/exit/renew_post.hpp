// RenewPost: carries what the segments of one client's request have to ask relays. Questions to one relay
// that come in one turn go in one message; the words in the answer are checked once, for all segments, and
// kept for the client. Held by all that it carries for.
#pragma once

#include <memory>

#include "node/exit/renew.hpp"
#include "node/exit/renew_bundle.hpp"
#include "node/protocol/renewal.hpp"

namespace catacomb::node {

class RenewPost : public std::enable_shared_from_this<RenewPost> {
public:
    RenewPost(ExitTools& tools, RenewRequest request, CircuitStreamPtr stream)
        : tools_(tools),
          request_(std::move(request)),
          stream_(std::move(stream)),
          changed_(tools.relays.runtime()) {}

    // For blocks of one segment, what the relay's vaults said.
    Task<Result<RenewBundle::Told>> ask(DescriptorPtr relay, std::size_t item, BlockMask blocks,
                                        Time deadline);
    const RenewRequest& request() const { return request_; }
    bool is_wanted() const { return !stream_->is_broken(); }

    // The words that came, once: some of them, as many as one message takes.
    wire::ManyRenewed take_words();
    bool has_words() const { return !words_.empty(); }
    // Opened when there are more words, or a segment is over.
    routing::Gate& changed() { return changed_; }

private:
    struct Sent;
    using SentPtr = std::shared_ptr<Sent>;
    SentPtr sent_with(const DescriptorPtr& relay, std::size_t item, BlockMask blocks, Time deadline);
    Task<void> send(std::shared_ptr<RenewPost> self, SentPtr sent);
    Task<Result<>> converse(SentPtr sent);
    Task<Result<>> take(SentPtr sent, const wire::Renewed& word);

    ExitTools& tools_;
    RenewRequest request_;
    CircuitStreamPtr stream_;
    std::map<routing::NodeId, SentPtr> open_;  // which leave at the end of this turn
    std::deque<wire::Renewed> words_;
    routing::Gate changed_;
};

}  // namespace catacomb::node
