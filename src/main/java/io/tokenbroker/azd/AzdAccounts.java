package io.tokenbroker.azd;

import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.stream.Stream;

/** The account of a client's azd: azd cannot name one, so the client's setting does. */
@Singleton
class AzdAccounts {

    private final BrokerSettings settings;
    private final Providers providers;

    AzdAccounts(BrokerSettings settings, Providers providers) {
        this.settings = settings;
        this.providers = providers;
    }

    /**
     * The account's id. May block.
     *
     * @param tenant in which azd wants a token, if it says so
     * @throws BrokerException if none is set, or it is in another tenant
     */
    String of(Caller.Client client, Optional<String> tenant) {
        var account = Optional.ofNullable(settings.clients().get(client.name()))
                .flatMap(BrokerSettings.Client::azdAccount)
                .orElseThrow(() -> new BrokerException(
                        ProblemType.ACCOUNT_NOT_FOUND,
                        "No account is set for this key. The broker's operator can set one: broker.clients.%s.azd-account."
                                .formatted(client.name())));
        if (tenant.isPresent() && isElsewhere(account, tenant.get())) {
            throw new BrokerException(
                    ProblemType.INVALID_TARGET,
                    "The account of this key is in another tenant than tenantId says. Set AZURE_TENANT_ID to the account's tenant, "
                            + "or use a key whose account is in that one.");
        }
        return account;
    }

    /** Other providers know no tenants. */
    private boolean isElsewhere(String account, String tenant) {
        return AccountId.parse(account)
                .flatMap(id -> providers.find(id.providerId()))
                .filter(Provider::isEntra)
                .filter(provider -> names(provider).noneMatch(tenant::equalsIgnoreCase))
                .isPresent();
    }

    /** A tenant's endpoint may be configured by a domain; its issuer has the GUID all the same. */
    private static Stream<String> names(Provider provider) {
        return Stream.concat(
                provider.tokenEndpoint().entraTenant().stream(),
                provider.issuer().stream().flatMap(issuer -> Stream.of(issuer.split("/", -1))));
    }
}
