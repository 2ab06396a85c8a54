using System.Security.Cryptography;
using System.Text;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.ConsoleTests;

/// <summary>A tenant with a brand and somebody of each role, all signed in.</summary>
/// <param name="Brand">The brand and its tenant.</param>
/// <param name="Users">Id by role.</param>
/// <param name="Sessions">Cookie's value by role.</param>
/// <param name="Keys">API key by role.</param>
/// <param name="Things">An id of each kind of row that addresses name, by the address before it.</param>
public sealed record TestTenant(
    TestBrand Brand, IReadOnlyDictionary<AccessRole, string> Users, IReadOnlyDictionary<AccessRole, Secret<string>> Sessions, IReadOnlyDictionary<AccessRole, Secret<string>> Keys,
    IReadOnlyDictionary<string, string> Things);

/// <summary>One console for tests that ask it as often as they like.</summary>
public sealed class ConsoleFixture : IAsyncLifetime
{
    /// <summary>Password of every user.</summary>
    public const string Password = "correct horse battery";

    /// <summary>The console.</summary>
    public ConsoleHost Host { get; private set; } = null!;

    /// <summary>Starts it.</summary>
    public async Task InitializeAsync() =>
        Host = await ConsoleHost.StartAsync("Console:RequestsPerMinute=1000000", "Console:SetupRequestsPerMinute=1000000", "Sessions:FailuresPerAddress=10000");

    /// <summary>A tenant of a test's own.</summary>
    public async Task<TestTenant> TenantAsync()
    {
        var brand = await TestBrands.CreateAsync(Host.Admin);
        var (users, sessions, keys) = (new Dictionary<AccessRole, string>(), new Dictionary<AccessRole, Secret<string>>(), new Dictionary<AccessRole, Secret<string>>());
        foreach (var role in Enum.GetValues<AccessRole>())
        {
            users[role] = await AddUserAsync(brand, role);
            sessions[role] = await Host.SessionAsync(users[role]);
            keys[role] = (await Host.Admin.AddApiKeyAsync(brand.TenantId, $"{role}", role)).Shown;
        }

        var anomaly = Guid.CreateVersion7().ToString();
        await Host.ExecuteAsync($"""
            insert into performance_anomalies (id, brand_id, metric_type, severity, hour, window_hours, detected_at, value_at_detection, expected_value, deviation_percentage, revenue_at_risk_minor, currency)
            values ('{anomaly}', '{brand.BrandId}', 'ctr', 'warning', date_trunc('hour', now()), 1, now(), 0.01, 0.02, -50, 0, 'BRL')
            """);
        var replay = Guid.CreateVersion7().ToString();
        await Host.ExecuteAsync($"""
            insert into replays (replay_id, topic, brand_id, actor, rate, partitions, first_offsets, end_offsets, next_offsets)
            values ('{replay}', 'capi-dispatch', '{brand.BrandId}', 'cli', 500, array[0], array[0], array[9], array[0])
            """);
        var redrive = Guid.CreateVersion7().ToString();
        await Host.ExecuteAsync($"insert into redrives (redrive_id, brand_id, actor, filter, dry_run, rate) values ('{redrive}', '{brand.BrandId}', 'key:1', jsonb_build_object(), true, 500)");
        return new(
            brand, users, sessions, keys,
            new Dictionary<string, string> { ["/api/performance/anomalies"] = anomaly, ["/api/v1/replays"] = replay, ["/api/v1/dead-letters/redrive"] = redrive });
    }

    /// <summary>A user whose password was hashed once, where 600,000 times take a quarter of a second: the number is stored with the hash.</summary>
    private async Task<string> AddUserAsync(TestBrand brand, AccessRole role)
    {
        var id = $"usr_{Guid.NewGuid():N}";
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Password), new byte[] { 1 }, 1, HashAlgorithmName.SHA256, 32);
        await Host.ExecuteAsync($"""
            insert into users (id, tenant_id, login, role, salt, iterations, password_hash)
            values ('{id}', '{brand.TenantId}', lower('{role}@{brand.BrandId}.example.com'), lower('{role}'), '\x01', 1, '\x{Convert.ToHexString(hash)}')
            """);
        return id;
    }

    /// <summary>Stops it.</summary>
    public async Task DisposeAsync() => await Host.DisposeAsync();
}

/// <summary>How requests say who sends them.</summary>
internal static class Requests
{
    /// <summary>With a session's cookie and, for what changes something, its token.</summary>
    public static HttpRequestMessage As(this HttpRequestMessage request, Secret<string> session)
    {
        request.Headers.Add("Cookie", $"__Host-trackhub={session.Reveal()}");
        if (request.Method != HttpMethod.Get)
            request.Headers.Add("X-CSRF-Token", ConsoleApi.Access.RequestOrigin.TokenOf(session));
        return request;
    }

    /// <summary>With a key.</summary>
    public static HttpRequestMessage WithKey(this HttpRequestMessage request, Secret<string> key)
    {
        request.Headers.Authorization = new("Bearer", key.Reveal());
        return request;
    }
}

/// <summary>Tests that share a console: a database is dear.</summary>
[CollectionDefinition(Name)]
public sealed class ConsoleCollection : ICollectionFixture<ConsoleFixture>
{
    /// <summary>Its name.</summary>
    public const string Name = "console";
}
