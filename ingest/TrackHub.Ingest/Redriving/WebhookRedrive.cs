using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using TrackHub.Ingest.Quarantining;
using TrackHub.Ingest.Webhooks;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Redriving;

/// <summary>What became of a webhook that was put through its gateway's mapping again.</summary>
public enum WebhookRedriven
{
    /// <summary>All of it is understood now: its events are in the log, or would be.</summary>
    Mapped,

    /// <summary>The mapping still does not understand it; nothing was written.</summary>
    StillUnmapped,

    /// <summary>Its connection or brand was removed.</summary>
    ConnectionGone,
}

/// <summary>
/// Takes webhooks that could not be mapped through their gateway's mapping again, as if they came now with the time they did come. What is taken
/// twice is absorbed like every repetition of a gateway.
/// </summary>
/// <remarks>For a process of its own, like <see cref="QuarantineRelease"/>. The delivery proved itself when it came: it is not asked again.</remarks>
public sealed class WebhookRedrive
{
    private readonly TenantDirectory _directory;
    private readonly WebhookStore _store;
    private readonly TimeProvider _clock;

    internal WebhookRedrive(TenantDirectory directory, WebhookStore store, TimeProvider clock) => (_directory, _store, _clock) = (directory, store, clock);

    /// <summary>Maps one, and unless it is a trial stores its events.</summary>
    /// <param name="letter">The dead letter.</param>
    /// <param name="body">Its original, opened.</param>
    /// <param name="isTrial">Nothing is written.</param>
    /// <exception cref="LogUnavailableException">The log did not take it; it is as before.</exception>
    public async Task<WebhookRedriven> TryAsync(DeadLetter letter, byte[] body, bool isTrial)
    {
        ArgumentNullException.ThrowIfNull(letter);
        if (letter.ConnectionId is not { } connectionId || _directory.Current.ConnectionById(connectionId) is not { } connection
            || _directory.Current.Brand(connection.BrandId) is not { } brand || !GatewayTable.TryFind(connection.Gateway, out var gateway))
        {
            return WebhookRedriven.ConnectionGone;
        }

        IHeaderDictionary headers = new HeaderDictionary();
        headers.ContentType = letter.ContentType;
        using var webhook = new Webhook(body, headers, QueryCollection.Empty, letter.At);

        // A part that is not understood would make another letter of the whole.
        var root = webhook.Root;
        if (webhook.Fault is not null || gateway.Map(root, new(webhook.ReceivedAt, brand.Currency)).Fault is not null)
            return WebhookRedriven.StillUnmapped;
        if (!isTrial && await _store.StoreAsync(gateway, webhook, new(connection, brand, Secrets.Of(connection, _clock.GetUtcNow(), out _)), letter.ContentType) is null)
            throw new LogUnavailableException(LogFault.Away, "The log did not take a webhook that is understood now; it is as before.");
        return WebhookRedriven.Mapped;
    }
}

/// <summary>Registers <see cref="WebhookRedrive"/>.</summary>
public static class WebhookRedriveRegistration
{
    /// <summary>Adds what it needs of the ingress, without its port. The host's services must run: they load the directory.</summary>
    public static void AddWebhookRedrive(this IHostApplicationBuilder builder)
    {
        builder.AddQuarantineRelease();
        builder.Services.TryAddSingleton(static services => new WebhookRedrive(
            services.GetRequiredService<TenantDirectory>(), services.GetRequiredService<WebhookStore>(), services.GetRequiredService<TimeProvider>()));
    }
}
