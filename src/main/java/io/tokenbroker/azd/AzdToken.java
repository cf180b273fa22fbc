package io.tokenbroker.azd;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.tokenbroker.refresh.AccessToken;
import io.tokenbroker.seal.RevealedSecret;
import io.tokenbroker.seal.Secret;
import java.time.Instant;

/** A token, as azd reads it. */
record AzdToken(
        String status,
        @JsonSerialize(using = RevealedSecret.class) Secret token,
        @JsonProperty("expiresOn") Instant expiresOn) {

    static AzdToken of(AccessToken token) {
        return new AzdToken("success", token.value(), token.expiresAt());
    }
}
