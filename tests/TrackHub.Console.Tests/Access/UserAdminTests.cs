using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.ConsoleTests.Access;

/// <summary>What operators may do with people, and what not.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class UserAdminTests(ConsoleFixture console)
{
    private TenantAdmin Admin => console.Host.Admin;

    [Fact]
    public async Task A_tenants_last_active_admin_stays_one()
    {
        var users = (await console.TenantAsync()).Users;
        var admin = users[AccessRole.Admin];

        foreach (var change in new Func<Task>[] { () => Admin.RemoveUserAsync(admin), () => Admin.SetUserAsync(admin, "role", "operator"), () => Admin.SetUserAsync(admin, "active", "false") })
            (await Should.ThrowAsync<AdminException>(change)).Message.ShouldContain("last active admin");
        await Admin.RemoveUserAsync(users[AccessRole.Viewer]);
        await Admin.SetUserAsync(users[AccessRole.Operator], "role", "admin");
        await Admin.RemoveUserAsync(admin);
        (await Should.ThrowAsync<AdminException>(() => Admin.RemoveUserAsync(users[AccessRole.Operator]))).Message.ShouldContain("last active admin");
    }

    [Fact]
    public async Task Of_two_admins_that_are_removed_at_once_one_stays()
    {
        var users = (await console.TenantAsync()).Users;
        await Admin.SetUserAsync(users[AccessRole.Operator], "role", "admin");

        var removed = await Task.WhenAll(new[] { users[AccessRole.Admin], users[AccessRole.Operator] }.Select(async id =>
        {
            try
            {
                await Admin.RemoveUserAsync(id);
                return true;
            }
            catch (AdminException)
            {
                return false;
            }
        }));

        removed.Count(static r => r).ShouldBe(1);
    }

    [Fact]
    public async Task A_password_that_is_made_is_long_and_stands_nowhere_in_clear()
    {
        var brand = await TestBrands.CreateAsync(Admin);

        var issued = await Admin.AddUserAsync(brand.TenantId, $"Nova@{brand.BrandId}.Example.com", AccessRole.Viewer);

        issued.Shown.Reveal().Length.ShouldBe(20);
        (await Admin.ListUsersAsync()).Single(u => u.Id == issued.Id).Login.ShouldBe($"nova@{brand.BrandId}.example.com");
        (await console.Host.ScalarAsync<int>($"select iterations from users where id = '{issued.Id}'")).ShouldBe(600_000);
        (await console.Host.ScalarAsync<string>("select string_agg(t::text, '') from (select u::text as t from users u union all select a::text from audit_log a) t")).ShouldNotContain(issued.Shown.Reveal());
        (await console.Host.ScalarAsync<long>($"select count(*) from audit_log where action = 'user.add' and subject = '{issued.Id}' and detail::text not like '%nova%'")).ShouldBe(1);
    }

    [Theory]
    [InlineData("no-address", "long enough password", "login")]
    [InlineData("two words@example.com", "long enough password", "login")]
    [InlineData("@example.com", "long enough password", "login")]
    [InlineData("ana@example.com", "too short", "password")]
    public async Task What_is_no_login_or_password_is_refused(string login, string password, string named)
    {
        var brand = await TestBrands.CreateAsync(Admin);

        (await Should.ThrowAsync<AdminException>(() => Admin.AddUserAsync(brand.TenantId, login, AccessRole.Admin, password))).Message.ShouldStartWith(named);
    }

    [Fact]
    public async Task A_login_is_one_persons_whatever_the_tenant()
    {
        var (one, other) = (await console.TenantAsync(), await TestBrands.CreateAsync(Admin));

        await Should.ThrowAsync<AdminException>(() => Admin.AddUserAsync(other.TenantId, $"ADMIN@{one.Brand.BrandId}.example.com", AccessRole.Admin));
    }

    [Fact]
    public async Task Who_belongs_to_a_tenant_goes_with_it()
    {
        var tenant = await console.TenantAsync();
        var bare = await Admin.AddTenantAsync($"Conta {Guid.NewGuid():N}");
        await Admin.AddApiKeyAsync(bare.Id, "Painel", AccessRole.Viewer);
        await console.Host.ExecuteAsync($"update users set tenant_id = '{bare.Id}' where id = '{tenant.Users[AccessRole.Admin]}'");

        await Admin.RemoveTenantAsync(bare.Id);

        (await Admin.ListUsersAsync()).ShouldNotContain(u => u.TenantId == bare.Id);
        (await Admin.ListApiKeysAsync()).ShouldNotContain(k => k.TenantId == bare.Id);
    }
}
