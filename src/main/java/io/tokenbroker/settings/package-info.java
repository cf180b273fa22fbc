/**
 * All settings below {@code broker}, from {@code BrokerSettings}. A method with {@code @Example} is a setting, and its comment
 * becomes docs/settings.md ({@code make settings}).
 *
 * <pre>
 *  SettingFiles  reads a key's value from the file that key-file names, and sees when it holds another
 *    → SecretsRotated  tells the beans that keep such a secret (ops fires it)
 *    → KeysWithdrawn   tells of clients' keys that are no longer named, whatever else is wrong
 *  Setting       describes a key to ops, which checks the values
 *  CacheBudget   gives each cache its Share of broker.memory.caches; together they are 100 percent
 * </pre>
 */
@NullMarked
package io.tokenbroker.settings;

import org.jspecify.annotations.NullMarked;
