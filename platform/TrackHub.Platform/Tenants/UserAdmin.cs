using System.Security.Cryptography;

namespace TrackHub.Platform.Tenants;

/// <summary>People who may look at a tenant's pages.</summary>
internal sealed class UserAdmin(Func<CancellationToken, Task<AdminChange>> begin)
{
    private const int ShortestLogin = 3;
    private const int LongestLogin = 254;

    // No letters that look like others: it is read out and typed. 20 of them are 98 bits.
    private const string PasswordLetters = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int PasswordLength = 20;

    public async Task<Issued> AddAsync(string tenantId, string login, AccessRole role, string? password, CancellationToken cancelled)
    {
        var name = ReadLogin(login);
        var chosen = ReadPassword(password);
        var hash = PasswordHash.Of(chosen);
        await using var change = await begin(cancelled);
        await LockAsync(change, tenantId, cancelled);
        var id = RandomIds.New("usr_");
        await change.ExecuteAsync(
            "insert into users (id, tenant_id, login, role, salt, iterations, password_hash) values ($1, $2, $3, $4, $5, $6, $7)", cancelled,
            id, tenantId, name, AccessRoles.NameOf(role), hash.Salt, hash.Iterations, hash.Hash);
        await change.CommitAsync("user.add", id, cancelled, ("tenant", tenantId), ("role", AccessRoles.NameOf(role)));
        return new(id, new(chosen));
    }

    public async Task<IReadOnlyList<UserRow>> ListAsync(CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        return await change.QueryAsync(
            "select id, tenant_id, login, role, active, password_set_at, created_at from users order by created_at, id",
            static row => new UserRow(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetBoolean(4), row.GetFieldValue<DateTimeOffset>(5),
                row.GetFieldValue<DateTimeOffset>(6)),
            cancelled);
    }

    public async Task SetAsync(string id, string key, string value, CancellationToken cancelled)
    {
        var setting = BrandSettingKeys.Find(BrandSettingKeys.User, key);
        var parsed = setting.Parse(value);
        await using var change = await begin(cancelled);
        var (tenant, hadAdmin) = await FindAsync(change, id, cancelled);
        if (setting.Name == "active" && !(bool)parsed)
        {
            await change.ExecuteAsync("update users set active = false where id = $1", cancelled, id);
            await change.ExecuteAsync("delete from sessions where user_id = $1", cancelled, id);
        }
        else if (setting.Name == "active")
        {
            await change.ExecuteAsync("update users set active = true where id = $1", cancelled, id);
        }
        else
        {
            await change.ExecuteAsync("update users set role = $2 where id = $1", cancelled, id, (string)parsed!);
        }

        await EnsureAdminAsync(change, tenant, hadAdmin, cancelled);
        await change.CommitAsync("user.set", id, cancelled, (setting.Name, parsed.ToString()));
    }

    public async Task<Issued> SetPasswordAsync(string id, string? password, CancellationToken cancelled)
    {
        var chosen = ReadPassword(password);
        var hash = PasswordHash.Of(chosen);
        await using var change = await begin(cancelled);
        await FindAsync(change, id, cancelled);
        await change.ExecuteAsync(
            "update users set salt = $2, iterations = $3, password_hash = $4, password_set_at = now() where id = $1", cancelled, id, hash.Salt, hash.Iterations, hash.Hash);

        // Whoever came in by the former one is out.
        await change.ExecuteAsync("delete from sessions where user_id = $1", cancelled, id);
        await change.CommitAsync("user.password", id, cancelled);
        return new(id, new(chosen));
    }

    public async Task RemoveAsync(string id, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        var (tenant, hadAdmin) = await FindAsync(change, id, cancelled);
        await change.ExecuteAsync("delete from users where id = $1", cancelled, id);
        await EnsureAdminAsync(change, tenant, hadAdmin, cancelled);
        await change.CommitAsync("user.remove", id, cancelled, ("tenant", tenant));
    }

    private static async Task<(string TenantId, bool HasAdmin)> FindAsync(AdminChange change, string id, CancellationToken cancelled)
    {
        var tenants = await change.QueryAsync("select tenant_id from users where id = $1", static row => row.GetString(0), cancelled, id);
        if (tenants is not [var tenant])
            throw AdminChange.Unknown("user", id);
        await LockAsync(change, tenant, cancelled);
        return (tenant, await HasAdminAsync(change, tenant, cancelled));
    }

    /// <summary>One change of a tenant's people at a time, so that two cannot each leave the other as the last admin.</summary>
    private static async Task LockAsync(AdminChange change, string tenantId, CancellationToken cancelled)
    {
        if ((await change.QueryAsync("select id from tenants where id = $1 for no key update", static row => row.GetString(0), cancelled, tenantId)).Count == 0)
            throw AdminChange.Unknown("tenant", tenantId);
    }

    /// <summary>A tenant that has somebody who may change its settings keeps one.</summary>
    private static async Task EnsureAdminAsync(AdminChange change, string tenantId, bool hadAdmin, CancellationToken cancelled)
    {
        if (hadAdmin && !await HasAdminAsync(change, tenantId, cancelled))
            throw new AdminException("This is the tenant's last active admin. Add or activate another admin first.");
    }

    private static async Task<bool> HasAdminAsync(AdminChange change, string tenantId, CancellationToken cancelled)
    {
        const string Ask = "select exists (select from users where tenant_id = $1 and role = 'admin' and active)";
        return (await change.QueryAsync(Ask, static row => row.GetBoolean(0), cancelled, tenantId))[0];
    }

    private static string ReadLogin(string login)
    {
        var name = login.Trim().ToLowerInvariant();
        return name.Length is >= ShortestLogin and <= LongestLogin && name.IndexOf('@') is > 0 and var at && at < name.Length - 1 && !name.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c))
            ? name
            : throw new AdminException($"login: it takes an e-mail address of {ShortestLogin} to {LongestLogin} characters.");
    }

    private static string ReadPassword(string? password) => password switch
    {
        null => RandomNumberGenerator.GetString(PasswordLetters, PasswordLength),
        { Length: >= PasswordHash.MinLength and <= PasswordHash.MaxLength } => password,
        _ => throw new AdminException($"password: it takes {PasswordHash.MinLength} to {PasswordHash.MaxLength} characters."),
    };
}
