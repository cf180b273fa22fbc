package io.tokenbroker.settings;

/**
 * Files that the settings name hold other secrets by now: an event. Each bean that keeps such a secret observes it, and takes the
 * new one for all that begins from then on.
 *
 * @param settings as at the start, but for what is in those files; checked as at a start
 */
public record SecretsRotated(BrokerSettings settings) {

    @Override
    public String toString() {
        return "SecretsRotated[***]";
    }
}
