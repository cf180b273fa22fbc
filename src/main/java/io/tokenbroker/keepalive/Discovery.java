package io.tokenbroker.keepalive;

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

    /** Begins the rows of a user's unknown accounts; returns how many there were. */
    long add(UUID user, boolean dryRun) {
        return fusionAuth.ofUser(user).stream()
                .filter(link -> link.token().isPresent() && add(link, dryRun))
                .count();
    }

    private boolean add(Link link, boolean dryRun) {
        if (!(grants.look(link, List.of()) instanceof Look.Foreign(var version))) {
            return false;
        }
        if (!dryRun) {
            // Read again: a row of a newer sign-in must not go back to this one.
            links.read(AccountId.of(link)).ifPresent(now -> grants.startOver(now.link(), version));
        }
        return true;
    }
}
