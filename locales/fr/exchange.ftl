# Candidates for and from partners.
exchange-title = Échange avec des partenaires
exchange-lead = Candidats dans le schéma partagé par le HCR, HIAS, Talent Beyond Boundaries et d’autres. Le profil complet ne contient que des personnes d’accord ; les réponses sur l’admissibilité ne sortent jamais.
exchange-profile = Profil
exchange-profile-anonymous = anonyme
exchange-profile-full-with-consent = complet, des personnes d’accord
exchange-download = Télécharger le document
exchange-schema = Schéma JSON du document
exchange-in = D’un partenaire
exchange-in-lead = Ouvrez une promotion et envoyez le document du partenaire comme un tableur : vous voyez chaque candidat avant toute inscription. Les réponses sur l’admissibilité sont scellées aussitôt.
error-exchange-unreadable = Ce n’est pas un document de candidats du schéma partagé.
error-exchange-version = Le document suit une autre version du schéma.
error-exchange-anonymous = Le document est anonyme : personne ne peut être inscrit. Demandez au partenaire des personnes consentantes.
error-exchange-closed = Ce profil montre ce que votre rôle ne voit pas.
subject-exchange = Échange avec des partenaires
error-exchange-size = Le document ne contient aucun candidat, ou trop.
