using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleTests.Performance;

/// <summary>One console for all tests of the performance API: each takes a brand of its own, in the tenant whose keys are here.</summary>
public sealed class PerformanceWorld : IAsyncLifetime
{
    private string _tenant = "";

    internal ConsoleHost Host { get; private set; } = null!;

    internal AskedPlatform Meta { get; } = new(AdPlatformNames.Meta);

    internal AskedPlatform Google { get; } = new(AdPlatformNames.Google);

    /// <summary>Keys of the tenant, by role.</summary>
    internal Dictionary<AccessRole, string> Keys { get; } = [];

    /// <summary>An admin of another tenant.</summary>
    internal string Stranger { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Host = await ConsoleHost.StartAsync(
            builder =>
            {
                builder.Services.RemoveAll<IAdPlatform>();
                builder.Services.AddSingleton<IAdPlatform>(Meta);
                builder.Services.AddSingleton<IAdPlatform>(Google);
            },
            "Console:RequestsPerMinute=100000", "Performance:AllowMock=true", "Performance:ValidationTimeout=00:00:00.300");
        _tenant = (await Host.Admin.AddTenantAsync("Conta")).Id;
        foreach (var role in Enum.GetValues<AccessRole>())
            Keys[role] = (await Host.Admin.AddApiKeyAsync(_tenant, $"{role}", role)).Shown.Reveal();
        var other = await Host.Admin.AddTenantAsync("Outra conta");
        Stranger = (await Host.Admin.AddApiKeyAsync(other.Id, "admin", AccessRole.Admin)).Shown.Reveal();
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();

    /// <summary>A new brand of the tenant.</summary>
    internal async Task<string> BrandAsync() => (await Host.Admin.AddBrandAsync(_tenant, $"Loja {Guid.NewGuid():N}")).Id;

    /// <summary>Asks, and reads the answer.</summary>
    /// <param name="method">Method.</param>
    /// <param name="address">Path and query.</param>
    /// <param name="body">JSON to send; null sends none.</param>
    /// <param name="role">Whose key of the tenant.</param>
    /// <param name="key">A key instead of the role's.</param>
    /// <param name="etag">What the caller says it has.</param>
    internal async Task<Answer> AskAsync(HttpMethod method, string address, object? body = null, AccessRole role = AccessRole.Admin, string? key = null, string? etag = null)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Authorization = new("Bearer", key ?? Keys[role]);
        if (etag is not null)
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(etag));
        if (body is not null)
            request.Content = body is string text ? new StringContent(text, MediaTypeHeaderValue.Parse("application/json")) : JsonContent.Create(body);
        var (answer, json) = await Host.SendAsync(request);
        return new(
            answer.StatusCode, json, answer.Headers.ETag?.Tag,
            answer.Headers.TryGetValues("Link", out var links) ? links.Single()[1..].Split('>')[0] : null,
            answer.Headers.CacheControl?.ToString() ?? "");
    }

    internal Task<Answer> GetAsync(string address, AccessRole role = AccessRole.Viewer, string? key = null, string? etag = null) => AskAsync(HttpMethod.Get, address, role: role, key: key, etag: etag);

    /// <summary>What the audit log has of a subject, oldest first: actor's kind, action, detail.</summary>
    internal async Task<IReadOnlyList<string>> AuditAsync(string subject)
    {
        await using var command = Host.Owner.CreateCommand("select split_part(actor, ':', 1) || ' ' || action || ' ' || (detail - 'tenant') from audit_log where subject = $1 order by id");
        command.Parameters.Add(new() { Value = subject });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0));
        return rows;
    }
}

/// <summary>What the console said.</summary>
/// <param name="Status">Status.</param>
/// <param name="Body">JSON; undefined where there is none.</param>
/// <param name="ETag">Tag of the state.</param>
/// <param name="Next">Address of the next page.</param>
/// <param name="CacheControl">What caches may do.</param>
internal sealed record Answer(HttpStatusCode Status, JsonElement Body, string? ETag, string? Next, string CacheControl)
{
    /// <summary>A problem's code.</summary>
    public string? Code => Body.GetProperty("code").GetString();

    /// <summary>A problem's detail.</summary>
    public string Detail => Body.GetProperty("detail").GetString()!;

    /// <summary>A member of each row.</summary>
    public IEnumerable<string> Each(string member) => Body.EnumerateArray().Select(row => row.GetProperty(member).ToString());
}

/// <summary>Shares one <see cref="PerformanceWorld"/>.</summary>
[CollectionDefinition(Name)]
public sealed class PerformanceGroup : ICollectionFixture<PerformanceWorld>
{
    internal const string Name = "performance";
}
