package io.tokenbroker.provider;

import java.util.UUID;

/** Whether a provider can work. */
sealed interface Usability {

    record Usable(Provider provider) implements Usability {}

    /** @param reason completes the sentence "It is left out because …" */
    record Unusable(String reason) implements Usability {}

    /** What became of one provider that FusionAuth or the settings name. */
    record Made(UUID id, String name, Usability usability) {}
}
