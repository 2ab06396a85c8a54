using System.ComponentModel.DataAnnotations;

namespace TrackHub.Platform.Tenants;

/// <summary>Where PostgreSQL is. Bound from section <c>Postgres</c>.</summary>
public sealed class PostgresOptions
{
    /// <summary>Npgsql connection string. Required.</summary>
    [Required]
    public string ConnectionString { get; set; } = "";
}
