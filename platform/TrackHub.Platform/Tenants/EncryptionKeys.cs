using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tenants;

/// <summary>The master key in force and, while it is being replaced, the former one.</summary>
public sealed class MasterKeys
{
    private readonly MasterKey? _previous;

    /// <summary>Reads the keys of section <c>Secrets</c>.</summary>
    public MasterKeys(IOptions<SecretsOptions> options)
        : this(MasterKey.Parse(options.Value.MasterKey), options.Value.PreviousMasterKey is { Length: > 0 } old ? MasterKey.Parse(old) : null)
    {
    }

    /// <summary>Takes keys as they are.</summary>
    public MasterKeys(MasterKey current, MasterKey? previous = null)
    {
        Current = current;
        _previous = previous;
    }

    /// <summary>Seals.</summary>
    public MasterKey Current { get; }

    /// <summary>The key that sealed something.</summary>
    /// <exception cref="WrongMasterKeyException">Neither of the two.</exception>
    internal MasterKey Find(ReadOnlySpan<byte> checkValue)
    {
        if (Current.Matches(checkValue))
            return Current;
        return _previous is not null && _previous.Matches(checkValue) ? _previous : throw new WrongMasterKeyException();
    }
}

/// <summary>What a sealed column is for; part of what is authenticated, together with tenant, row and key id.</summary>
internal static class ColumnPurpose
{
    public const string WindowKey = "window_key";
    public const string IndexKey = "index_key";
    public const string PixelToken = "pixel_token";
    public const string ConnectionPath = "connection_path";
    public const string ConnectionSecret = "connection_secret";
    public const string DaySecret = "day_secret";
    public const string IntegrationKey = "integration_key";
}

/// <summary>
/// The keys secrets at rest are sealed with: AES-256-GCM, stored as <c>{key id}:{base64}</c>. A row copied to another tenant, purpose or row
/// does not open. Immutable.
/// </summary>
internal sealed class EncryptionKeys
{
    private readonly Dictionary<string, byte[]> _keys;
    private readonly string? _newest;

    private EncryptionKeys(Dictionary<string, byte[]> keys, string? newest)
    {
        _keys = keys;
        _newest = newest;
    }

    /// <summary>Statement that <see cref="ReadAsync"/> reads.</summary>
    public const string Query = "select id, sealed, master_check, retired_at is not null from encryption_keys order by created_at, length(id), id";

    /// <summary>Reads all keys.</summary>
    /// <exception cref="WrongMasterKeyException">Sealed under another master key.</exception>
    public static async Task<EncryptionKeys> LoadAsync(NpgsqlConnection connection, MasterKeys masters, CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand(Query, connection);
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        return await ReadAsync(reader, masters, cancelled);
    }

    /// <inheritdoc cref="LoadAsync"/>
    public static async Task<EncryptionKeys> ReadAsync(NpgsqlDataReader reader, MasterKeys masters, CancellationToken cancelled)
    {
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        string? newest = null;
        while (await reader.ReadAsync(cancelled))
        {
            var id = reader.GetString(0);
            keys[id] = masters.Find(reader.GetFieldValue<byte[]>(2)).Unwrap(id, reader.GetFieldValue<byte[]>(1));
            if (!reader.GetBoolean(3))
                newest = id;
        }

        return new(keys, newest);
    }

    /// <summary>Seals under the newest key.</summary>
    /// <exception cref="AdminException">There is none yet.</exception>
    public string Seal(string tenantId, string purpose, string row, ReadOnlySpan<byte> clear)
    {
        if (_newest is null)
            throw new AdminException("The database has no encryption key. Run `trackhub migrate`.");
        return $"{_newest}:{Convert.ToBase64String(AesBox.Seal(_keys[_newest], clear, Aad(tenantId, purpose, row, _newest)))}";
    }

    /// <inheritdoc cref="Seal(string, string, string, ReadOnlySpan{byte})"/>
    public string Seal(string tenantId, string purpose, string row, string clear) => Seal(tenantId, purpose, row, Encoding.UTF8.GetBytes(clear));

    /// <summary>Opens what <see cref="Seal(string, string, string, ReadOnlySpan{byte})"/> made, under whichever key.</summary>
    /// <exception cref="CryptographicException">Of another tenant, purpose or row, of an unknown key, or damaged.</exception>
    public byte[] Open(string tenantId, string purpose, string row, string sealedText)
    {
        var colon = sealedText.IndexOf(':');
        var id = colon < 0 ? "" : sealedText[..colon];
        if (!_keys.TryGetValue(id, out var key) || !Base64.IsValid(sealedText.AsSpan(colon + 1)))
            throw new CryptographicException($"A sealed column of {purpose} names no known key, or is not base64.");
        return AesBox.Open(key, Convert.FromBase64String(sealedText[(colon + 1)..]), Aad(tenantId, purpose, row, id));
    }

    /// <summary>As <see cref="Open"/>, for text.</summary>
    public string OpenText(string tenantId, string purpose, string row, string sealedText) =>
        Encoding.UTF8.GetString(Open(tenantId, purpose, row, sealedText));

    private static byte[] Aad(string tenantId, string purpose, string row, string keyId) => LengthPrefixed.Of("v1", tenantId, purpose, row, keyId);
}
