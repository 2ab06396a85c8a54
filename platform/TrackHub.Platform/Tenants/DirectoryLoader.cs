using System.Data;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;

namespace TrackHub.Platform.Tenants;

/// <summary>A row whose secret did not open and which is left out.</summary>
/// <param name="Table">Table.</param>
/// <param name="Row">Its id.</param>
internal readonly record struct UnreadableRow(string Table, string Row);

/// <summary>The directory and the keys as one transaction saw them.</summary>
/// <param name="Version">Number that every change raises.</param>
/// <param name="Snapshot">Tenants, brands and what they own.</param>
/// <param name="DaySecrets">Secret of each day.</param>
/// <param name="WindowKeys">Window key of each tenant.</param>
/// <param name="OverlapEndsIn">Time until the first overlap of two connection secrets ends; null for none.</param>
/// <param name="Unreadable">Rows left out.</param>
internal sealed record LoadedDirectory(
    long Version,
    DirectorySnapshot Snapshot,
    IReadOnlyDictionary<DateOnly, byte[]> DaySecrets,
    IReadOnlyDictionary<string, byte[]> WindowKeys,
    TimeSpan? OverlapEndsIn,
    IReadOnlyList<UnreadableRow> Unreadable);

/// <summary>Reads the directory in one round trip and opens its secrets.</summary>
internal sealed class DirectoryLoader(NpgsqlConnection connection, MasterKeys masters)
{
    // A database that hangs is treated like one that is away.
    private const int TimeoutSeconds = 4;

    private static readonly string[] Queries =
    [
        "select version, now() from directory_version",
        EncryptionKeys.Query,
        "select id, name, window_key_sealed from tenants",
        "select id, tenant_id, name, time_zone, currency, consent_basis, index_key_sealed, settings::text from brands",
        "select id, brand_id, dataset_id, token_sealed, active, settings::text from pixels",
        """
        select id, brand_id, gateway, path_hash, secret_sealed, previous_sealed, previous_expires_at, active from gateway_connections
        """,
        "select id, brand_id, key_hash, is_server, allowed_origins from write_keys where revoked_at is null",
        "select day, sealed from day_secrets",
    ];

    private readonly List<UnreadableRow> _unreadable = [];
    private readonly Dictionary<string, byte[]> _windowKeys = new(StringComparer.Ordinal);
    private readonly Dictionary<DateOnly, byte[]> _daySecrets = [];
    private readonly List<Tenant> _tenants = [];
    private readonly Dictionary<string, Brand> _brands = new(StringComparer.Ordinal);
    private readonly List<Pixel> _pixels = [];
    private readonly Dictionary<PresentedHash, GatewayConnection> _connections = [];
    private readonly Dictionary<PresentedHash, WriteKey> _keys = [];
    private DateTimeOffset _now;
    private TimeSpan? _overlapEndsIn;

    /// <summary>The number that every change raises.</summary>
    public static async Task<long> VersionAsync(NpgsqlConnection connection, CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand(Queries[0], connection) { CommandTimeout = TimeoutSeconds };
        return (long)(await command.ExecuteScalarAsync(cancelled) ?? 0L);
    }

    /// <summary>Reads everything.</summary>
    /// <exception cref="WrongMasterKeyException">The database was sealed under another master key.</exception>
    public async Task<LoadedDirectory> LoadAsync(CancellationToken cancelled)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancelled);
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        foreach (var query in Queries)
            batch.BatchCommands.Add(new(query));

        await using var reader = await batch.ExecuteReaderAsync(cancelled);
        await reader.ReadAsync(cancelled);
        var version = reader.GetInt64(0);
        _now = reader.GetFieldValue<DateTimeOffset>(1);

        await reader.NextResultAsync(cancelled);
        var keys = await EncryptionKeys.ReadAsync(reader, masters, cancelled);
        await EachAsync(reader, row => TakeTenant(row, keys), cancelled);
        await EachAsync(reader, row => TakeBrand(row, keys), cancelled);
        await EachAsync(reader, row => TakePixel(row, keys), cancelled);
        await EachAsync(reader, row => TakeConnection(row, keys), cancelled);
        await EachAsync(reader, TakeWriteKey, cancelled);
        await EachAsync(reader, row => TakeDaySecret(row, keys), cancelled);

        return new(
            version, new(_tenants, _brands.Values, _pixels, _connections, _keys), _daySecrets, _windowKeys, _overlapEndsIn, _unreadable);
    }

    private static async Task EachAsync(NpgsqlDataReader reader, Action<NpgsqlDataReader> take, CancellationToken cancelled)
    {
        await reader.NextResultAsync(cancelled);
        while (await reader.ReadAsync(cancelled))
            take(reader);
    }

    private void TakeTenant(NpgsqlDataReader row, EncryptionKeys keys)
    {
        var id = row.GetString(0);
        if (TryOpen("tenants", id, () => keys.Open(id, ColumnPurpose.WindowKey, id, row.GetString(2)), out var windowKey))
            _windowKeys[id] = windowKey;
        _tenants.Add(new(id, row.GetString(1)));
    }

    private void TakeBrand(NpgsqlDataReader row, EncryptionKeys keys)
    {
        var (id, tenant) = (row.GetString(0), row.GetString(1));
        if (!TryOpen("brands", id, () => keys.Open(tenant, ColumnPurpose.IndexKey, id, row.GetString(6)), out var indexKey)
            || !TryOpen("brands", id, () => JsonSerializer.Deserialize<BrandSettings>(row.GetString(7), SettingsJson.Options)!, out var settings))
        {
            return;
        }

        ConsentBasis? basis = row.IsDBNull(5) ? null : row.GetString(5) == "granted" ? ConsentBasis.Granted : ConsentBasis.Required;
        _brands[id] = new(id, tenant, row.GetString(2), row.GetString(3), row.GetString(4), basis, new(indexKey), settings);
    }

    private void TakePixel(NpgsqlDataReader row, EncryptionKeys keys)
    {
        var id = row.GetString(0);
        if (!_brands.TryGetValue(row.GetString(1), out var brand)
            || !TryOpen("pixels", id, () => keys.OpenText(brand.TenantId, ColumnPurpose.PixelToken, id, row.GetString(3)), out var token)
            || !TryOpen("pixels", id, () => JsonSerializer.Deserialize<PixelSettings>(row.GetString(5), SettingsJson.Options)!, out var settings))
        {
            return;
        }

        _pixels.Add(new(
            id, brand.Id, row.GetString(2), new(token), row.GetBoolean(4), settings.TestEventCode,
            settings.LaneShards ?? brand.Settings.LaneShards)
        { SendPageView = settings.SendPageView ?? brand.Settings.SendPageView, LimitedDataUse = LimitedDataUse.Read(settings.LimitedDataUse) });
    }

    private void TakeConnection(NpgsqlDataReader row, EncryptionKeys keys)
    {
        var id = row.GetString(0);
        if (!_brands.TryGetValue(row.GetString(1), out var brand))
            return;

        var secrets = new List<Secret<string>>(2);
        TimeSpan? endsIn = row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6) - _now;
        var overlaps = endsIn > TimeSpan.Zero;
        foreach (var column in overlaps ? (ReadOnlySpan<int>)[4, 5] : [4])
        {
            if (row.IsDBNull(column))
                continue;
            string Open() => keys.OpenText(brand.TenantId, ColumnPurpose.ConnectionSecret, id, row.GetString(column));
            if (!TryOpen("gateway_connections", id, Open, out var secret))
                return;
            secrets.Add(new(secret));
        }

        if (overlaps && !(_overlapEndsIn < endsIn))
            _overlapEndsIn = endsIn;
        _connections[new(row.GetFieldValue<byte[]>(3))] = new(id, brand.Id, row.GetString(2), secrets, row.GetBoolean(7))
        {
            OverlapEnds = overlaps ? row.GetFieldValue<DateTimeOffset>(6) : null,
        };
    }

    private void TakeWriteKey(NpgsqlDataReader row)
    {
        if (_brands.ContainsKey(row.GetString(1)))
            _keys[new(row.GetFieldValue<byte[]>(2))] = new(row.GetString(0), row.GetString(1), row.GetBoolean(3), row.GetFieldValue<string[]>(4));
    }

    private void TakeDaySecret(NpgsqlDataReader row, EncryptionKeys keys)
    {
        var day = row.GetFieldValue<DateOnly>(0);
        var id = Tenants.DaySecrets.RowOf(day);
        if (TryOpen("day_secrets", id, () => keys.Open(Identity.Sealer.SystemTenant, ColumnPurpose.DaySecret, id, row.GetString(1)), out var secret))
            _daySecrets[day] = secret;
    }

    // One damaged row must not take the others' directory away.
    private bool TryOpen<T>(string table, string row, Func<T> open, out T value)
        where T : class
    {
        try
        {
            value = open();
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or JsonException)
        {
            _unreadable.Add(new(table, row));
            value = null!;
            return false;
        }
    }
}
