package io.tokenbroker.managedidentity;

import io.tokenbroker.caller.Caller;
import io.tokenbroker.mint.Mints;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.CompletionStage;

/** A mint for a query, answered in the words of App Service. */
@Singleton
class IdentityTokens {

    private final Mints mints;
    private final Clock clock;

    IdentityTokens(Mints mints, Clock clock) {
        this.mints = mints;
        this.clock = clock;
    }

    CompletionStage<TokenResponse> token(Caller.Client client, TokenQuery query) {
        return mints.admit(client)
                .mintInsteadOf(query.rejection(), client, query.account(), query.mint())
                .thenApply(minted -> TokenResponse.of(query, minted.token(), clock.instant()));
    }
}
