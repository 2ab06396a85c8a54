using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Listening;
using TrackHub.Ingest.Spooling;
using TrackHub.Ingest.Webhooks;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Rehearsing;

/// <summary>
/// An ingress beside the real one, for a moment: the same code from socket to spool, with a brand, keys and secrets made up for it, on a loopback port of the
/// system's choice. It shares nothing with the real one but compiled code: its log keeps nothing, its spool is a folder that goes with it, nobody collects its
/// metrics, spans or log lines.
/// </summary>
internal sealed class RehearsalStage : IAsyncDisposable
{
    // A method that was called thirty times is compiled again, better; that too is to be over when real ones come.
    private const int Rounds = 40;
    private const int Senders = 4;
    private static readonly TimeSpan DrainLook = TimeSpan.FromMilliseconds(5);

    private readonly WebApplication _app;
    private readonly RehearsalLog _log;
    private readonly string _folder;
    private readonly string _secret;
    private readonly HttpClient _http;

    private RehearsalStage(WebApplication app, RehearsalLog log, string folder, string secret)
    {
        (_app, _log, _folder, _secret) = (app, log, folder, secret);
        _http = new(new SocketsHttpHandler
        {
            UseProxy = false,
            ActivityHeadersPropagator = null,
            MeterFactory = app.Services.GetRequiredService<IMeterFactory>(),
        })
        {
            BaseAddress = new(app.Urls.Single()),
        };
    }

    /// <summary>Sets it up.</summary>
    /// <param name="spoolDirectory">Where the real spool is: this one's is a folder in it, on the same disk. Empty for none.</param>
    /// <param name="cancelled">Gives up.</param>
    /// <exception cref="IOException">Port or folder cannot be had.</exception>
    public static async Task<RehearsalStage> SetUpAsync(string spoolDirectory, CancellationToken cancelled)
    {
        var folder = spoolDirectory.Length is 0 ? "" : Path.Combine(spoolDirectory, "rehearsal");
        Clear(folder);
        var log = new RehearsalLog();
        var secret = RandomNumberGenerator.GetHexString(32, lowercase: true);

        // Empty: nothing of the process's environment reaches it.
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "trackhub" });
        builder.WebHost.UseKestrelCore();
        builder.Configuration.AddInMemoryCollection([new("Ingest:Port", "0"), new("Ingest:SpoolDirectory", folder)]);
        builder.AddSection<IngestOptions>(IngestOptions.Section);
        var services = builder.Services;
        services.AddRouting();
        services.AddSingleton<IMeterFactory, UnheardMeters>();
        services.AddSingleton(static _ => new ActivitySource("rehearsal"));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Readiness>().AddSingleton<RoleHealth>();
        services.AddSingleton<TenantDirectory>().AddSingleton<KeyRing>().AddSingleton<Sealer>().AddSingleton<PersonSealer>();
        services.AddSingleton<IEventLog>(log);
        services.AddIntake();
        var app = builder.Build();
        try
        {
            Populate(app.Services, secret);
            app.MapIngest();
            await app.StartAsync(cancelled);
            return new(app, log, folder, secret);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Plays: what proves itself, while the log answers and while it does not; what does not prove itself, to each gateway; clicks.</summary>
    public async Task PlayAsync(CancellationToken cancelled)
    {
        await Task.WhenAll(GatewayTable.All.Select(gateway => PostAsync(AddressOf(gateway.Name), "{}", cancelled)));
        foreach (var answers in new[] { true, false })
        {
            _log.Answers = answers;
            await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => PlayAsync(sender, cancelled)));
        }

        _log.Answers = true;
        await PlayAsync(Senders, cancelled);
        var spool = _app.Services.GetRequiredService<Spool>();
        while (spool.State.Records > 0)
            await Task.Delay(DrainLook, TimeProvider.System, cancelled);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Clear(_folder);
    }

    private static void Populate(IServiceProvider services, string secret)
    {
        var brand = new Brand("rehearsal", "ten_rehearsal", "Rehearsal", "UTC", "BRL", ConsentBasis.Required, new(new byte[KeyRing.KeyBytes]), BrandSettings.Default);
        services.GetRequiredService<KeyRing>().Publish(
            Days().Select(static day => KeyValuePair.Create(day, RandomNumberGenerator.GetBytes(KeyRing.KeyBytes))),
            [KeyValuePair.Create(brand.TenantId, RandomNumberGenerator.GetBytes(KeyRing.KeyBytes))]);
        services.GetRequiredService<TenantDirectory>().Publish(DirectorySnapshot.Of(
            [brand],
            connections: GatewayTable.All.Select(gateway => KeyValuePair.Create(
                PathOf(gateway.Name, secret), new GatewayConnection($"con_{gateway.Name}", brand.Id, gateway.Name, [new Secret<string>(secret)], Active: true))),
            keys: [KeyValuePair.Create(secret, new WriteKey("key_rehearsal", brand.Id, IsServer: true, AllowedOrigins: []))]));
    }

    private async Task PlayAsync(int sender, CancellationToken cancelled)
    {
        for (var round = 0; round < Rounds; round++)
        {
            await PostAsync(AddressOf("perfectpay"), $$"""
                {"token":"{{_secret}}","code":"PP{{sender}}-{{round}}","sale_amount":197.0,"currency_enum_key":"BRL","sale_status_enum":2,"payment_type_enum":1,
                 "date_created":"2026-01-02 03:04:05","product":{"code":"PPPB0001","name":"Curso"},
                 "customer":{"full_name":"Compradora Exemplo","email":"compradora@example.com","phone_formated_ddi":"+5511900000000","country":"BR","state":"SP"},
                 "metadata":{"utm_source":"FB","utm_perfect":"th_0000000000000000000000000a"}
                }
                """, cancelled);
            await PostAsync($"/track/click?k={_secret}", $$"""
                {"session_id":"s-{{sender}}-{{round}}","url":"https://loja.example.com/oferta?utm_source=FB","fbclid":"IwRehearsal","email":"compradora@example.com",
                 "client_ip":"203.0.113.7","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0"}
                """, cancelled);
        }
    }

    private async Task PostAsync(string address, string body, CancellationToken cancelled)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await _http.PostAsync(new Uri(address, UriKind.Relative), content, cancelled);
        await answer.Content.CopyToAsync(Stream.Null, cancelled);
    }

    // It may be midnight in between.
    private static DateOnly[] Days()
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        return [today, today.AddDays(1)];
    }

    private static string PathOf(string gateway, string secret) => $"{gateway}-{secret}";

    private string AddressOf(string gateway) => $"/webhooks/{gateway}/{PathOf(gateway, _secret)}";

    private static void Clear(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
