using Npgsql;
using NpgsqlTypes;
using TrackHub.ConsoleApi.Performance.Contract;

namespace TrackHub.ConsoleApi.Performance.Configuring;

/// <summary>Table <c>performance_configs</c> as the caller's tenant sees it.</summary>
internal static class SettingsTable
{
    /// <summary>What a brand wants of The Sentry while nobody said anything.</summary>
    public static readonly SentrySettings Usual = new(Enabled: true, Sensitivity.Medium, [NotificationChannel.Dashboard]);

    /// <summary>A brand's settings and when they were made; null while nobody said anything.</summary>
    public static async Task<(SentrySettings Settings, DateTimeOffset At)?> FindAsync(NpgsqlConnection tenant, string brandId, CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand(
            "select sentry_enabled, sentry_sensitivity, notification_channels, updated_at from performance_configs where brand_id = $1", tenant)
        {
            Parameters = { new() { Value = brandId } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        return await reader.ReadAsync(cancelled)
            ? (new(
                reader.GetBoolean(0),
                ContractText<Sensitivity>.Parse(reader.GetString(1)),
                [.. reader.GetFieldValue<string[]>(2).Select(ContractText<NotificationChannel>.Parse).Order()]), reader.GetFieldValue<DateTimeOffset>(3))
            : null;
    }

    /// <summary>Puts a brand's settings in place, and notes who did. What it has already is no change.</summary>
    public static async Task SaveAsync(NpgsqlConnection tenant, string brandId, SentrySettings settings, string actor, CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand(
            """
            with saved as (
                insert into performance_configs as c (brand_id, sentry_enabled, sentry_sensitivity, notification_channels) values ($1, $2, $3, $4)
                on conflict (brand_id) do update set sentry_enabled = excluded.sentry_enabled, sentry_sensitivity = excluded.sentry_sensitivity,
                    notification_channels = excluded.notification_channels, updated_at = now()
                where (c.sentry_enabled, c.sentry_sensitivity, c.notification_channels) is distinct from (excluded.sentry_enabled, excluded.sentry_sensitivity, excluded.notification_channels)
                returning brand_id)
            select note_change($5, 'performance.config', brand_id, jsonb_build_object('enabled', $2, 'sensitivity', $3, 'channels', to_jsonb($4))) from saved
            """, tenant)
        {
            Parameters =
            {
                new() { Value = brandId },
                new() { Value = settings.Enabled },
                new() { Value = ContractText<Sensitivity>.Of(settings.Sensitivity) },
                new() { Value = settings.NotificationChannels.Select(ContractText<NotificationChannel>.Of).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = actor },
            },
        };
        await command.ExecuteNonQueryAsync(cancelled);
    }
}
