# Template of the formula for Homebrew; tools/krew fills it in.
class Kgw < Formula
  desc "Compile gateway resources kept in git to manifests"
  homepage "https://github.com/kgw-dev/kgw"
  version "{{ .Version }}"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "https://github.com/kgw-dev/kgw/releases/download/{{ .TagName }}/kgw_darwin_arm64.tar.gz"
      sha256 "{{ sha256 "kgw_darwin_arm64.tar.gz" }}"
    end
    on_intel do
      url "https://github.com/kgw-dev/kgw/releases/download/{{ .TagName }}/kgw_darwin_amd64.tar.gz"
      sha256 "{{ sha256 "kgw_darwin_amd64.tar.gz" }}"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/kgw-dev/kgw/releases/download/{{ .TagName }}/kgw_linux_arm64.tar.gz"
      sha256 "{{ sha256 "kgw_linux_arm64.tar.gz" }}"
    end
    on_intel do
      url "https://github.com/kgw-dev/kgw/releases/download/{{ .TagName }}/kgw_linux_amd64.tar.gz"
      sha256 "{{ sha256 "kgw_linux_amd64.tar.gz" }}"
    end
  end

  def install
    bin.install "kgw"
    bin.install_symlink "kgw" => "kubectl-kgw"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/kgw.bash" => "kgw"
    zsh_completion.install "completions/kgw.zsh" => "_kgw"
    fish_completion.install "completions/kgw.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/kgw version")
  end
end
