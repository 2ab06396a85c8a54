using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.Books;

/// <summary>Registers who judges the books.</summary>
public static class BooksRegistration
{
    /// <summary><see cref="BookAudit"/> over PostgreSQL and the log. Safe to repeat.</summary>
    public static void AddBookAudit(this IHostApplicationBuilder builder)
    {
        builder.AddPostgres();
        builder.AddStreams();
        builder.Services.TryAddSingleton<BookAudit>();
    }
}
