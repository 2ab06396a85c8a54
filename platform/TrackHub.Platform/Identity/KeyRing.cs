using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;

namespace TrackHub.Platform.Identity;

/// <summary>
/// The keys personal data is sealed with, in memory: a secret per UTC day, from which each tenant's day key is derived, and a window key
/// per tenant. Filled with the directory; a secret that leaves it takes its derived keys along. Thread-safe.
/// </summary>
public sealed class KeyRing
{
    /// <summary>Bytes of every secret and key.</summary>
    public const int KeyBytes = 32;

    private volatile KeySet _keys = new([], []);

    /// <summary>Puts the keys in force, in place of all former ones.</summary>
    /// <param name="daySecrets">Secret of each UTC day, 32 bytes.</param>
    /// <param name="windowKeys">Window key of each tenant, 32 bytes.</param>
    public void Publish(IEnumerable<KeyValuePair<DateOnly, byte[]>> daySecrets, IEnumerable<KeyValuePair<string, byte[]>> windowKeys) =>
        _keys = new(daySecrets, windowKeys);

    /// <summary>Whether something can be sealed under the day of that moment.</summary>
    public bool HasDay(DateTimeOffset at) => _keys.Days.ContainsKey(DateOnly.FromDateTime(at.UtcDateTime));

    /// <summary>The key of a tenant.</summary>
    /// <exception cref="KeyGoneException">There is no such key.</exception>
    internal SealingKey Find(string tenantId, KeyRef key) => _keys.Find(tenantId, key) ?? throw new KeyGoneException(tenantId, key);

    private sealed class KeySet(IEnumerable<KeyValuePair<DateOnly, byte[]>> days, IEnumerable<KeyValuePair<string, byte[]>> windows)
    {
        private readonly FrozenDictionary<string, SealingKey> _windows =
            windows.ToFrozenDictionary(static pair => pair.Key, static pair => new SealingKey(pair.Value), StringComparer.Ordinal);

        // At most tenants times days; a tenant's key of a day is derived once.
        private readonly ConcurrentDictionary<(string Tenant, string Key), SealingKey> _derived = new();

        public FrozenDictionary<DateOnly, byte[]> Days { get; } = days.ToFrozenDictionary();

        public SealingKey? Find(string tenantId, KeyRef key)
        {
            if (key == KeyRef.Window)
                return _windows.GetValueOrDefault(tenantId);
            if (_derived.TryGetValue((tenantId, key.Id), out var known))
                return known;
            return key.TryGetDay(out var day) && Days.TryGetValue(day, out var secret)
                ? _derived.GetOrAdd((tenantId, key.Id), static (_, made) => made, Derive(secret, tenantId))
                : null;
        }

        private static SealingKey Derive(byte[] daySecret, string tenantId) => new(
            HKDF.DeriveKey(HashAlgorithmName.SHA256, daySecret, KeyBytes, salt: null, info: LengthPrefixed.Of("trackhub day key v1", tenantId)));
    }
}

/// <summary>One AES-256-GCM key. <see cref="AesGcm"/> is not safe for concurrent use and costs more to make than to use, so it is pooled.</summary>
internal sealed class SealingKey(byte[] key)
{
    // As many as threads ever sealed at once; a bag gives a thread back its own. They end with the key, by their finalizers.
    private readonly ConcurrentBag<AesGcm> _idle = [];

    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> clear, Span<byte> cipher, Span<byte> tag, ReadOnlySpan<byte> aad)
    {
        var aes = Rent();
        try
        {
            aes.Encrypt(nonce, clear, cipher, tag, aad);
        }
        finally
        {
            _idle.Add(aes);
        }
    }

    public void Decrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> tag, Span<byte> clear, ReadOnlySpan<byte> aad)
    {
        var aes = Rent();
        try
        {
            aes.Decrypt(nonce, cipher, tag, clear, aad);
        }
        finally
        {
            _idle.Add(aes);
        }
    }

    private AesGcm Rent() => _idle.TryTake(out var aes) ? aes : new AesGcm(key, tagSizeInBytes: 16);
}
