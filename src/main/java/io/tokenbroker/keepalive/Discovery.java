package io.tokenbroker.keepalive;

import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.fusionauth.UserApi;
import io.tokenbroker.fusionauth.UserApi.Page;
import io.tokenbroker.fusionauth.UserApi.Position;
import io.tokenbroker.grant.Grants;
import io.tokenbroker.grant.Look;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.UUID;

/** Finds accounts that the store does not know, such as those that were linked elsewhere, and begins their rows. Blocks. */
@Singleton
class Discovery {

    private final UserApi users;
    private final LinkApi fusionAuth;
    private final RememberedLinks links;
    private final Grants grants;

    Discovery(UserApi users, LinkApi fusionAuth, RememberedLinks links, Grants grants) {
        this.users = users;
        this.fusionAuth = fusionAuth;
        this.links = links;
        this.grants = grants;
    }

    /** @throws io.tokenbroker.problem.BrokerException if FusionAuth cannot be asked */
    Page page(Position from) {
        return users.page(from);
    }

    /**
     * Begins the rows of a user's unknown accounts; returns how many there were.
     *
     * @throws StoreUnavailable if the store does not say what it knows, or does not take a row
     */
    long add(UUID user, boolean dryRun) {
        return fusionAuth.ofUser(user).stream()
                .filter(link -> link.token().isPresent() && add(link, dryRun))
                .count();
    }

    private boolean add(Link link, boolean dryRun) {
        return switch (grants.look(link, List.of())) {
            case Look.Away _ -> throw new StoreUnavailable("it cannot be asked");
            case Look.Counting _ -> false;
            case Look.Foreign(var version) -> {
                if (!dryRun) {
                    // Read again: a row of a newer sign-in must not go back to this one.
                    links.read(AccountId.of(link)).ifPresent(now -> begin(now.link(), version));
                }
                yield true;
            }
        };
    }

    private void begin(Link link, long version) {
        var isBegun = link.token().isEmpty() || grants.startOver(link, version);
        if (!isBegun && !(grants.look(link, List.of()) instanceof Look.Counting)) {
            throw new StoreUnavailable("it has not taken a row");
        }
    }
}
