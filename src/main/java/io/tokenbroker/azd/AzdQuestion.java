package io.tokenbroker.azd;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.tokenbroker.mint.MintRequest;
import io.tokenbroker.problem.BrokerException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What azd asks for. What a newer azd may add is tolerated: it cannot be changed here. */
@JsonIgnoreProperties(ignoreUnknown = true)
record AzdQuestion(
        List<String> scopes,
        @JsonProperty("tenantId") @Nullable String tenantId) {

    AzdQuestion {
        if (scopes == null) {
            throw BrokerException.invalidField("scopes", "is required");
        }
    }

    MintRequest mint() {
        return MintRequest.forScopes(scopes);
    }

    Optional<String> tenant() {
        return Optional.<String>ofNullable(tenantId).filter(tenant -> !tenant.isEmpty());
    }
}
